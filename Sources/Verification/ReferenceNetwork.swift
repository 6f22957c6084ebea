import Convolution
import ReferenceConvolution
import StreamingConvolution

/// A network evaluated node by node in double precision, with a bound on the error of a Float32 run.
///
/// The bound is derived, not chosen: every convolution adds the bound of its direct sum, every pointwise operation its
/// rounding, and errors of the input are multiplied by the operation's steepest slope.
package enum ReferenceNetwork {
  /// A signal from frame 0 on, its constant value before, and error bounds of both.
  package struct Signal: Sendable {
    /// Every channel from frame 0 on.
    package var frames: [[Double]]
    /// The value of every channel in all frames before.
    package var rest: [Double]
    /// The largest allowed error of a Float32 run in `frames`.
    package var frameErrors: [[Double]]
    /// The largest allowed error in `rest`.
    package var restErrors: [Double]

    /// A signal without error.
    /// - Parameter rest: One constant per channel; nil: silence.
    package init(_ frames: [[Double]], rest: [Double]? = nil) {
      self.init(
        frames: frames, rest: rest ?? frames.map { _ in 0 }, frameErrors: frames.map { $0.map { _ in 0 } },
        restErrors: frames.map { _ in 0 })
    }

    init(frames: [[Double]], rest: [Double], frameErrors: [[Double]], restErrors: [Double]) {
      self.frames = frames
      self.rest = rest
      self.frameErrors = frameErrors
      self.restErrors = restErrors
    }

    /// An operation without history; `error` gets the values and errors of the input.
    func map(_ value: ([[Double]]) -> [[Double]], error: ([[Double]], [[Double]]) -> [[Double]]) -> Signal {
      let rests = rest.map { [$0] }
      return Signal(
        frames: value(frames), rest: value(rests).map { $0[0] }, frameErrors: error(frames, frameErrors),
        restErrors: error(rests, restErrors.map { [$0] }).map { $0[0] })
    }
  }

  /// Half a unit in the last place of 1.
  private static let u = 0x1p-24
  /// Below this, results may be flushed to zero.
  private static let tiny = 0x1p-126

  /// The output of `network` for an input that was silent before.
  package static func output(of network: Network, on input: [[Float]], past: Past) -> Signal {
    output(of: network, on: Signal(input.map { $0.map(Double.init) }), past: past)
  }

  /// The output of `network`.
  /// - Complexity: O(multiply-adds · frames), about a hundred times slower than a Float32 run.
  package static func output(of network: Network, on input: Signal, past: Past) -> Signal {
    // A value is freed after its last reader.
    var lastReader = [Int](repeating: 0, count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() { for value in node.inputs { lastReader[value.index] = index + 1 } }
    lastReader[network.output.index] = .max
    var values: [Signal?] = [input]
    for (index, node) in network.nodes.enumerated() {
      values.append(apply(node.operation, to: node.inputs.map { values[$0.index]! }, past: past))
      for value in node.inputs where lastReader[value.index] == index + 1 { values[value.index] = nil }
    }
    return values[network.output.index]!
  }

  private static func apply(_ operation: Network.Operation, to inputs: [Signal], past: Past) -> Signal {
    switch operation {
    case .convolution(let kernels, let bias): return convolve(inputs, kernels, bias, past)
    case .affine(let scale, let shift):
      return inputs[0].map {
        ReferenceOperations.affine($0, scale: scale, shift: shift)
      } error: { x, e in
        x.indices.map { c in
          zip(x[c], e[c]).map { x, e in
            let carried = abs(Double(scale[c])) * e
            return carried + u * (abs(Double(scale[c]) * x + Double(shift[c])) + carried) + tiny
          }
        }
      }
    case .activation(let activation):
      let reference = definition(of: activation)
      return inputs[0].map {
        reference.apply(to: $0)
      } error: { x, e in
        x.indices.map { c in
          zip(x[c], e[c]).map { x, e in
            let carried = reference.steepestSlope * e
            // 4 ulp are 8 u of the value.
            return carried + 8 * u * (abs(reference(x, channel: c)) + carried) + 0x1p-30
          }
        }
      }
    case .leakyClamp(let clamp):
      let slope = Double(max(1, abs(clamp.slopeBelow), abs(clamp.slopeAbove)))
      return inputs[0].map {
        ReferenceOperations.leakyClamp(
          $0, minimum: clamp.minimum, maximum: clamp.maximum, slopeBelow: clamp.slopeBelow, slopeAbove: clamp.slopeAbove
        )
      } error: { x, e in
        x.indices.map { c in
          zip(x[c], e[c]).map { x, e in
            // One rounding of the distance to the knee, one of the multiply-add.
            slope * e + 2 * u * (slope * (abs(x) + e) + Double(max(abs(clamp.minimum), abs(clamp.maximum)))) + tiny
          }
        }
      }
    case .lstm(let cell): return recur(inputs[0], cell, past)
    case .add:
      return combine(inputs, ReferenceOperations.add) { _, _, e, f in
        e + f
      } value: {
        $0 + $1
      }
    case .multiply:
      return combine(inputs, ReferenceOperations.multiply) { a, b, e, f in
        abs(a) * f + abs(b) * e + e * f
      } value: {
        $0 * $1
      }
    case .concatenate:
      return Signal(
        frames: inputs.flatMap(\.frames), rest: inputs.flatMap(\.rest), frameErrors: inputs.flatMap(\.frameErrors),
        restErrors: inputs.flatMap(\.restErrors))
    case .slice(let range):
      return inputs[0].map {
        Array($0[range])
      } error: { _, e in
        Array(e[range])
      }
    }
  }

  private static func combine(
    _ inputs: [Signal], _ operation: ([[Double]], [[Double]]) -> [[Double]],
    carried: (Double, Double, Double, Double) -> Double, value: (Double, Double) -> Double
  ) -> Signal {
    func errors(_ a: [[Double]], _ b: [[Double]], _ e: [[Double]], _ f: [[Double]]) -> [[Double]] {
      a.indices.map { c in
        a[c].indices.map { t in
          let carried = carried(a[c][t], b[c][t], e[c][t], f[c][t])
          return carried + u * (abs(value(a[c][t], b[c][t])) + carried) + tiny
        }
      }
    }
    let (a, b) = (inputs[0], inputs[1])
    func column(_ x: [Double]) -> [[Double]] { x.map { [$0] } }
    return Signal(
      frames: operation(a.frames, b.frames), rest: operation(column(a.rest), column(b.rest)).map { $0[0] },
      frameErrors: errors(a.frames, b.frames, a.frameErrors, b.frameErrors),
      restErrors: errors(column(a.rest), column(b.rest), column(a.restErrors), column(b.restErrors)).map { $0[0] })
  }

  private static func convolve(_ inputs: [Signal], _ kernels: [CausalKernel], _ bias: [Float], _ past: Past) -> Signal {
    var taps = 0.0
    var sums: [Signal] = []
    var magnitudes: [(frames: [[Double]], rest: [Double])] = []
    for (index, (x, kernel)) in zip(inputs, kernels).enumerated() {
      taps += Double(kernel.groupInputChannels * kernel.kernelSize)
      func sum(of weights: [Float], bias: [Float]?, _ frames: [[Double]], _ rest: [Double]) -> ([[Double]], [Double]) {
        let convolution = ReferenceCausalConvolution(
          inputChannels: kernel.inputChannels, outputChannels: kernel.outputChannels, kernelSize: kernel.kernelSize,
          dilation: kernel.dilation, groups: kernel.groups, weights: weights, bias: bias)
        let before = past == .silence ? rest : rest.map { _ in 0 }
        return (convolution.apply(to: frames, past: before), convolution.settled(on: rest))
      }
      let sizes = kernel.weights.map(abs)
      let y = sum(of: kernel.weights, bias: index == 0 ? bias : nil, x.frames, x.rest)
      let e = sum(of: sizes, bias: nil, x.frameErrors, x.restErrors)
      let m = sum(
        of: sizes, bias: index == 0 ? bias.map(abs) : nil,
        zip(x.frames, x.frameErrors).map { zip($0, $1).map { abs($0) + $1 } },
        zip(x.rest, x.restErrors).map { abs($0) + $1 })
      sums.append(Signal(frames: y.0, rest: y.1, frameErrors: e.0, restErrors: e.1))
      magnitudes.append((m.0, m.1))
    }
    var total = sums[0]
    var magnitude = magnitudes[0]
    for index in sums.indices.dropFirst() {
      total.frames = ReferenceOperations.add(total.frames, sums[index].frames)
      total.frameErrors = ReferenceOperations.add(total.frameErrors, sums[index].frameErrors)
      total.rest = zip(total.rest, sums[index].rest).map(+)
      total.restErrors = zip(total.restErrors, sums[index].restErrors).map(+)
      magnitude.frames = ReferenceOperations.add(magnitude.frames, magnitudes[index].frames)
      magnitude.rest = zip(magnitude.rest, magnitudes[index].rest).map(+)
    }
    for c in total.frames.indices {
      for t in total.frames[c].indices { total.frameErrors[c][t] += taps * (u * magnitude.frames[c][t] + tiny) }
      total.restErrors[c] += taps * (u * magnitude.rest[c] + tiny)
    }
    return total
  }

  /// A recurrent layer. Errors of the input grow by the slopes of the gates at their values, plus at most what the second
  /// derivative (σ″ ≤ 0.1, |tanh″| ≤ 0.77) adds over the error itself.
  private static func recur(_ x: Signal, _ cell: LSTMCell, _ past: Past) -> Signal {
    let reference = ReferenceLSTM(
      inputChannels: cell.inputChannels, hiddenChannels: cell.hiddenChannels, weights: cell.weights, bias: cell.bias)
    let width = cell.hiddenChannels
    var state = reference.state(hidden: cell.initialHidden, cell: cell.initialCell)
    var (hiddenErrors, cellErrors) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    let (logistic, hyperbolic) = (ReferenceActivation(.sigmoid), ReferenceActivation(.tanh))
    func sigmoid(_ z: Double, _ e: Double) -> (value: Double, error: Double) {
      let value = logistic(z)
      return (value, e * (value * (1 - value) + 0.1 * e) + 8 * u * value + tiny)
    }
    func tanh(_ z: Double, _ e: Double) -> (value: Double, error: Double) {
      let value = hyperbolic(z)
      return (value, e * (1 - value * value + 0.77 * e) + 8 * u * abs(value) + tiny)
    }
    func step(_ x: [Double], _ e: [Double]) {
      let before = state
      let z = reference.rows(x, from: before)
      state = reference.step(x, from: before)
      let (inputs, errors) = (x + before.hidden, e + hiddenErrors)
      let rowErrors = z.indices.map { row -> Double in
        var (carried, magnitude) = (0.0, Double(abs(cell.bias[row])))
        for index in inputs.indices {
          let weight = Double(abs(cell.weights[row * inputs.count + index]))
          carried += weight * errors[index]
          magnitude += weight * (abs(inputs[index]) + errors[index])
        }
        return carried + Double(inputs.count) * (u * magnitude + tiny)
      }
      for unit in 0..<width {
        let (i, f) = (sigmoid(z[unit], rowErrors[unit]), sigmoid(z[width + unit], rowErrors[width + unit]))
        let (g, o) = (
          tanh(z[2 * width + unit], rowErrors[2 * width + unit]),
          sigmoid(z[3 * width + unit], rowErrors[3 * width + unit])
        )
        let old = abs(before.cell[unit])
        let kept = f.value * cellErrors[unit] + f.error * (old + cellErrors[unit])
        let new = i.value * g.error + i.error * (abs(g.value) + g.error)
        // One rounding of the product, one of the sum.
        let error = kept + new + 2 * u * (abs(state.cell[unit]) + old + 1 + kept + new) + tiny
        cellErrors[unit] = error
        let bent = tanh(state.cell[unit], error)
        hiddenErrors[unit] =
          o.value * bent.error + o.error * (abs(bent.value) + bent.error) + 2 * u * abs(state.hidden[unit]) + tiny
      }
    }
    for _ in 0..<cell.settlingFrames { step(x.rest, x.restErrors) }
    let rest = state.hidden
    let restErrors = hiddenErrors
    if past == .zeroHistory {
      state = reference.state(hidden: cell.initialHidden, cell: cell.initialCell)
      hiddenErrors = hiddenErrors.map { _ in 0 }
      cellErrors = hiddenErrors
    }
    var (frames, errors) = ([[Double]](repeating: [], count: width), [[Double]](repeating: [], count: width))
    for frame in x.frames[0].indices {
      step(x.frames.map { $0[frame] }, x.frameErrors.map { $0[frame] })
      for unit in 0..<width {
        frames[unit].append(state.hidden[unit])
        errors[unit].append(hiddenErrors[unit])
      }
    }
    return Signal(frames: frames, rest: rest, frameErrors: errors, restErrors: restErrors)
  }

  /// The reference of an activation.
  /// - Precondition: The reference has a function with this name, which `ActivationListTests` checks.
  static func definition(of activation: Activation) -> ReferenceActivation {
    guard let kind = ReferenceActivation.Kind(rawValue: activation.name) else {
      preconditionFailure("ReferenceActivation has no \(activation.name)")
    }
    return ReferenceActivation(kind, slopes: activation.channelSlopes ?? [activation.slope(channel: 0)])
  }
}
