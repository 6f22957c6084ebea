import CConvolutionKernels
import Convolution

/// A planned network in running form: a list of plain steps over places in memory.
///
/// Unsafe because the steps hold pointers for the C kernels. Safe because every pointer leads into `memory` or
/// `constants`, which live as long as this object, and a step never touches more frames than a sub-block.
final class NetworkRunner {
  private typealias Place = NetworkMemory.Place

  /// One pass. Trivial, so that walking the list neither retains nor releases.
  private enum Step {
    /// `calls[first ..< first + count]`, one a group of outputs.
    case convolution(first: Int, count: Int, output: Place)
    case gate(Int32, UnsafePointer<Float>, Int32, UnsafePointer<Float>, input: Place, output: Place)
    case activation(Int32, UnsafePointer<Float>, input: Place, output: Place)
    case affine(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, input: Place, output: Place)
    case clamp(LeakyClamp, input: Place, output: Place)
    case recur(cell: Int, input: Place, output: Place)
    case add(Place, Place, output: Place)
    case multiply(Place, Place, output: Place)
    /// The input's channels from `from` to the output's channels from `to`.
    case copy(channels: Int, input: Place, from: Int, output: Place, to: Int)
  }

  /// A pointer that moves with a ring: its channel's origin and the ring, −1 for rows.
  struct Moving {
    let origin: UnsafeMutablePointer<Float>
    let ring: Int

    init(_ place: NetworkMemory.Place, channel: Int) {
      origin = place.origin + channel * place.stride
      ring = place.ring
    }
  }

  /// One call of the convolution kernel and what of it moves.
  private struct Call {
    var kernel: cck_convolution
    /// The call's sources, patched in place, and where they stand.
    let sources: UnsafeMutablePointer<cck_source>
    let inputs: UnsafePointer<Moving>
    let residual: Moving?
    let output: Moving
    let total: Moving?
  }

  private let steps: UnsafeMutableBufferPointer<Step>
  private let calls: UnsafeMutableBufferPointer<Call>
  private let memory: NetworkMemory
  private let cells: RecurrentCells
  private let constants: ConstantPool
  private let kernels: UnsafePointer<cck_kernels>
  private let input: Place
  private let output: Place
  private let subBlock: Int
  /// For every step, the ring that its output stands in, or −1.
  private let stepRings: [Int]

  init(plan: NetworkPlan, layout: NetworkLayout, subBlock: Int, level: KernelLevel) {
    let memory = NetworkMemory(layout)
    let constants = ConstantPool()
    var steps: [Step] = []
    var calls: [Call] = []
    var stepRings: [Int] = []
    var cells: [LSTMCell] = []
    func place(_ value: Network.Value) -> Place { memory.places[value.index] }
    func slopes(_ activation: Activation, channels: Int) -> UnsafePointer<Float> {
      constants.floats((0..<channels).map { activation.slope(channel: $0) })
    }

    for step in plan.steps {
      let output = place(plan.output(of: step))
      switch step {
      case .convolution(let fused):
        guard case .convolution(let kernels, let bias) = plan.network.nodes[fused.node].operation else { continue }
        let inputs = plan.network.nodes[fused.node].inputs.map(place)
        let first = calls.count
        calls += Self.calls(
          kernels, bias: bias, inputs: inputs, activation: fused.activation,
          slopes: slopes(fused.activation, channels: bias.count), residual: fused.residual.map(place), output: output,
          total: fused.previous.map(place), constants: constants)
        steps.append(.convolution(first: first, count: calls.count - first, output: output))
      case .gate(let left, let right, let input, _):
        let input = place(input)
        let half = output.channels  // the input may have further channels, which the gate does not read
        steps.append(
          .gate(
            left.kernelCode, slopes(left, channels: half), right.kernelCode, slopes(right, channels: half),
            input: input, output: output))
      case .pointwise(let index):
        let node = plan.network.nodes[index]
        let inputs = node.inputs.map(place)
        switch node.operation {
        case .activation(let activation):
          steps.append(
            .activation(
              activation.kernelCode, slopes(activation, channels: node.channels), input: inputs[0], output: output))
        case .affine(let scale, let shift):
          steps.append(
            .affine(
              scale: constants.floats(scale), shift: constants.floats(shift), input: inputs[0], output: output))
        case .leakyClamp(let clamp): steps.append(.clamp(clamp, input: inputs[0], output: output))
        case .lstm(let cell):
          steps.append(.recur(cell: cells.count, input: inputs[0], output: output))
          cells.append(cell)
        case .add: steps.append(.add(inputs[0], inputs[1], output: output))
        case .multiply: steps.append(.multiply(inputs[0], inputs[1], output: output))
        case .slice(let range):
          steps.append(.copy(channels: range.count, input: inputs[0], from: range.lowerBound, output: output, to: 0))
        case .concatenate:
          var channel = 0
          for input in inputs {
            steps.append(.copy(channels: input.channels, input: input, from: 0, output: output, to: channel))
            stepRings.append(output.ring)
            channel += input.channels
          }
          stepRings.removeLast()
        case .convolution: preconditionFailure("a convolution is a step of its own")
        }
      }
      stepRings.append(output.ring)
    }

    self.memory = memory
    self.cells = RecurrentCells(cells, kernels: level.kernels)
    self.constants = constants
    self.subBlock = subBlock
    self.stepRings = stepRings
    kernels = level.kernels
    input = place(plan.network.input)
    output = place(plan.network.output)
    self.steps = .allocate(capacity: steps.count)
    _ = self.steps.initialize(from: steps)
    self.calls = .allocate(capacity: calls.count)
    _ = self.calls.initialize(from: calls)
  }

  deinit {
    steps.deallocate()
    calls.deallocate()
  }

  /// The kernel calls of one convolution, one a group of outputs.
  private static func calls(
    _ kernels: [CausalKernel], bias: [Float], inputs: [Place], activation: Activation, slopes: UnsafePointer<Float>,
    residual: Place?, output: Place, total: Place?, constants: ConstantPool
  ) -> [Call] {
    let taps = TapList(kernels: kernels, channelStrides: inputs.map(\.stride))
    let offsets = taps.chains.map { constants.offsets($0.offsets) }
    let biases = constants.floats(bias)
    return (0..<taps.groups).map { group in
      let channel = group * taps.groupOutputs
      let sources = constants.sources(count: taps.chains.count)
      for (index, chain) in taps.chains.enumerated() {
        sources[index] = cck_source(
          base: nil, offsets: offsets[index], taps: chain.offsets.count, separate: chain.isSeparate ? 1 : 0)
      }
      let moving = taps.chains.map { chain in
        Moving(inputs[chain.kernel], channel: taps.firstInput(of: kernels[chain.kernel], group: group))
      }
      var kernel = cck_convolution()
      kernel.outputs = taps.groupOutputs
      kernel.sources = UnsafePointer(sources)
      kernel.source_count = taps.chains.count
      kernel.weights = constants.floats(taps.packedWeights[group])
      kernel.bias = biases + channel
      kernel.activation = activation.kernelCode
      kernel.parameters = slopes + channel
      kernel.residual_stride = residual?.stride ?? 0
      kernel.y_stride = output.stride
      kernel.total_stride = total?.stride ?? 0
      return Call(
        kernel: kernel, sources: sources, inputs: constants.moving(moving),
        residual: residual.map { Moving($0, channel: channel) }, output: Moving(output, channel: channel),
        total: total.map { Moving($0, channel: channel) })
    }
  }

  // MARK: - Running

  /// Runs any number of frames, sub-block after sub-block.
  func process(_ source: InputChannels, into destination: OutputChannels, frames: Int) {
    var done = 0
    while done < frames {
      let count = min(subBlock, frames - done)
      memory.begin(frames: count)
      let inputBase = memory.writeBase(input)
      for channel in 0..<input.channels {
        (inputBase + channel * input.stride).update(from: source[channel] + done, count: count)
      }
      memory.mirror(input, frames: count)
      for step in steps { run(step, frames: count) }
      let outputBase = memory.readBase(output)
      for channel in 0..<output.channels {
        (destination[channel] + done).update(from: outputBase + channel * output.stride, count: count)
      }
      memory.advance(frames: count)
      done += count
    }
  }

  func reset() {
    memory.reset()
    cells.reset()
  }

  @inline(__always) private func run(_ step: Step, frames: Int) {
    let table = kernels
    switch step {
    case .convolution(let first, let count, let output):
      for index in first..<first + count { convolve(&calls[index], frames: frames) }
      finish(output, frames)
    case .gate(let left, let leftSlopes, let right, let rightSlopes, let input, let output):
      let x = memory.readBase(input)
      let y = memory.writeBase(output)
      for channel in 0..<output.channels {
        table.pointee.gate(
          left, leftSlopes[channel], right, rightSlopes[channel], x + channel * input.stride,
          x + (output.channels + channel) * input.stride, y + channel * output.stride, frames)
      }
      memory.mirror(output, frames: frames)
    case .activation(let code, let slopes, let input, let output):
      let x = memory.readBase(input)
      let y = memory.writeBase(output)
      for channel in 0..<output.channels {
        table.pointee.activate(code, slopes[channel], x + channel * input.stride, y + channel * output.stride, frames)
      }
      memory.mirror(output, frames: frames)
    case .affine(let scale, let shift, let input, let output):
      let x = memory.readBase(input)
      let y = memory.writeBase(output)
      for channel in 0..<output.channels {
        table.pointee.affine(
          scale[channel], shift[channel], x + channel * input.stride, y + channel * output.stride, frames)
      }
      memory.mirror(output, frames: frames)
    case .clamp(let clamp, let input, let output):
      let x = memory.readBase(input)
      let y = memory.writeBase(output)
      for channel in 0..<output.channels {
        table.pointee.leaky_clamp(
          clamp.minimum, clamp.maximum, clamp.slopeBelow, clamp.slopeAbove, x + channel * input.stride,
          y + channel * output.stride, frames)
      }
      memory.mirror(output, frames: frames)
    case .recur(let cell, let input, let output):
      cells.run(
        cell, memory.readBase(input), stride: input.stride, into: memory.writeBase(output), stride: output.stride,
        frames: frames)
      memory.mirror(output, frames: frames)
    case .add(let a, let b, let output):
      rows(a, b, output, frames) { table.pointee.add($0, $1, $2, $3) }
    case .multiply(let a, let b, let output):
      rows(a, b, output, frames) { table.pointee.multiply($0, $1, $2, $3) }
    case .copy(let channels, let input, let from, let output, let to):
      let x = memory.readBase(input)
      let y = memory.writeBase(output)
      for channel in 0..<channels {
        (y + (to + channel) * output.stride).update(from: x + (from + channel) * input.stride, count: frames)
      }
      memory.mirror(output, frames: frames)
    }
  }

  @inline(__always) private func rows(
    _ a: Place, _ b: Place, _ output: Place, _ frames: Int,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    let left = memory.readBase(a)
    let right = memory.readBase(b)
    let y = memory.writeBase(output)
    for channel in 0..<output.channels {
      body(left + channel * a.stride, right + channel * b.stride, y + channel * output.stride, frames)
    }
    memory.mirror(output, frames: frames)
  }

  @inline(__always) private func convolve(_ call: inout Call, frames: Int) {
    let offsets = memory.offsets
    call.kernel.frames = frames
    for index in 0..<call.kernel.source_count {
      let input = call.inputs[index]
      call.sources[index].base = UnsafePointer(input.origin + offsets[input.ring].read)
    }
    if let residual = call.residual {
      call.kernel.residual = UnsafePointer(residual.origin + offsets[residual.ring].read)
    }
    call.kernel.y = call.output.origin + offsets[call.output.ring].write
    call.kernel.mirror = offsets[call.output.ring].mirror
    if let total = call.total {
      call.kernel.total = total.origin + offsets[total.ring].read
      call.kernel.previous = UnsafePointer(call.kernel.total)
    }
    kernels.pointee.convolve(&call.kernel)
  }

  /// Mirrors what a kernel could not mirror itself, because the sub-block straddles the end of the ring.
  @inline(__always) private func finish(_ output: Place, _ frames: Int) {
    if output.ring >= 0, memory.mirrorOffset(output) == 0 { memory.mirror(output, frames: frames) }
  }

  // MARK: - The past before the first frame

  /// Finds what every value rests at while the input is `restingInput` for ever, makes everything as new with that past
  /// or with zeros, and returns what the output rests at.
  ///
  /// At rest every value is a constant. One frame is run through the steps in order, each ring filled with the
  /// constant of its value as soon as that is known: what an endless constant input settles to, to the bit, at the
  /// cost of one frame. Only a recurrent layer needs more of them.
  func settle(past: Past, restingInput: [Float]) -> [Float] {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    func rest(ring index: Int) {
      guard index >= 0 else { return }
      let ring = memory.rings[index]
      let base = memory.writeBase(ring.place)
      for channel in 0..<ring.place.channels { ring.settled[channel] = base[channel * ring.place.stride] }
      memory.fill(ring: index)
    }
    memory.begin(frames: 1)
    let inputBase = memory.writeBase(input)
    for channel in 0..<input.channels { inputBase[channel * input.stride] = restingInput[channel] }
    rest(ring: input.ring)
    for (step, ring) in zip(steps, stepRings) {
      if case .recur(let cell, let input, let output) = step {
        cells.settle(
          cell, memory.readBase(input), stride: input.stride, into: memory.writeBase(output), stride: output.stride)
      } else {
        run(step, frames: 1)
      }
      rest(ring: ring)
    }
    let outputBase = memory.readBase(output)
    let resting = (0..<output.channels).map { outputBase[$0 * output.stride] }
    if past == .zeroHistory {
      for ring in memory.rings { ring.settled.update(repeating: 0, count: ring.place.channels) }
      cells.forgetSettledState()
    }
    reset()
    return resting
  }
}

/// Owns the arrays that running steps point to.
private final class ConstantPool {
  private var owned: [UnsafeMutableRawPointer] = []

  private func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<T>.stride, alignment: 64)
    owned.append(raw)
    return raw.bindMemory(to: T.self, capacity: count)
  }

  func floats(_ values: [Float]) -> UnsafePointer<Float> {
    let pointer = allocate(Float.self, count: values.count)
    pointer.initialize(from: values, count: values.count)
    return UnsafePointer(pointer)
  }

  func offsets(_ values: [Int]) -> UnsafePointer<Int> {
    let pointer = allocate(Int.self, count: values.count)
    pointer.initialize(from: values, count: values.count)
    return UnsafePointer(pointer)
  }

  func sources(count: Int) -> UnsafeMutablePointer<cck_source> { allocate(cck_source.self, count: count) }

  func moving(_ values: [NetworkRunner.Moving]) -> UnsafePointer<NetworkRunner.Moving> {
    let pointer = allocate(NetworkRunner.Moving.self, count: values.count)
    pointer.initialize(from: values, count: values.count)
    return UnsafePointer(pointer)
  }

  deinit { for pointer in owned { pointer.deallocate() } }
}
