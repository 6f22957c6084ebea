import CConvolutionKernels
import Convolution

/// A planned network ready to run: a list of plain steps over addresses in memory.
///
/// Unsafe because the steps hold pointers for the C kernels. Safe because every pointer points into `memory` or
/// `constants`, which live as long as this object, and a step never touches more frames than a sub-block.
final class NetworkRunner {
  private typealias Place = NetworkMemory.Place

  /// One pass. Trivial, so that walking the list neither retains nor releases.
  private enum Step {
    /// `layers[first ..< first + count]`: neighbouring convolutions, with one layer per group of outputs.
    case layers(first: Int, count: Int)
    /// A kernel over the channels of one or two inputs.
    case rows(RowKernel, Place, Place, output: Place)
    case recur(cell: Int, input: Place, output: Place)
  }

  /// What happens to one channel of a sub-block. Pointers lead to one constant for each channel.
  private enum RowKernel {
    /// first(a) · second(b)
    case gate(Int32, UnsafePointer<Float>, Int32, UnsafePointer<Float>)
    case activation(Int32, UnsafePointer<Float>)
    case affine(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>)
    case clamp(LeakyClamp)
    case add
    case multiply
    case copy
  }

  private let steps: UnsafeMutableBufferPointer<Step>
  private let layers: UnsafeMutableBufferPointer<cck_layer>
  private let memory: NetworkMemory
  private let cells: RecurrentCells
  private let constants: ConstantPool
  private let kernels: UnsafePointer<cck_kernels>
  private let input: Place
  private let output: Place
  private let subBlock: Int
  /// For every step but layers, the ring that it writes to, or −1.
  private let stepRings: [Int]

  init(plan: NetworkPlan, layout: NetworkLayout, subBlock: Int, level: KernelLevel) {
    let memory = NetworkMemory(layout)
    let constants = ConstantPool()
    var steps: [Step] = []
    var layers: [cck_layer] = []
    var stepRings: [Int] = []
    var cells: [LSTMCell] = []
    func place(_ value: Network.Value) -> Place { memory.places[value.index] }
    func slopes(_ activation: Activation, channels: Int) -> UnsafePointer<Float> {
      constants.floats((0..<channels).map { activation.slope(channel: $0) })
    }

    for step in plan.steps {
      let outputs = plan.outputs(of: step).map(place)
      switch step {
      case .convolution(let fused, let then):
        func made(_ fused: NetworkPlan.FusedConvolution, inputs: [Place]) -> [cck_layer] {
          guard case .convolution(let kernels, let bias) = plan.network.nodes[fused.node].operation else { return [] }
          return Self.layers(
            kernels, bias: bias, inputs: inputs, activation: fused.activation,
            slopes: slopes(fused.activation, channels: bias.count), residual: fused.residual.map(place),
            output: fused.isStored ? place(fused.output) : nil, total: fused.previous.map(place), constants: constants)
        }
        let first = layers.count
        layers += made(fused, inputs: plan.network.nodes[fused.node].inputs.map(place))
        if let then {
          // Its input is a piece of the first one's output, at an address that the kernel chooses.
          var piece = place(fused.output)
          piece.stride = Int(CCK_TILE_PITCH)
          for second in made(then, inputs: [piece]) {
            layers[first].then = constants.convolution(second.kernel)
            layers[first].then_results = second.results
            layers[first].kernel.then = UnsafePointer(layers[first].then)
          }
        }
        if case .layers(let earlier, _) = steps.last {
          steps[steps.count - 1] = .layers(first: earlier, count: layers.count - earlier)
          continue
        }
        steps.append(.layers(first: first, count: layers.count - first))
        stepRings.append(-1)
        continue
      case .gate(let left, let right, let input, _):
        let (input, output) = (place(input), outputs[0])
        let half = output.channels  // the input may have further channels, which the gate does not read
        let kernel = RowKernel.gate(
          left.kernelCode, slopes(left, channels: half), right.kernelCode, slopes(right, channels: half))
        steps.append(.rows(kernel, input.channels(0..<half), input.channels(half..<2 * half), output: output))
      case .pointwise(let index):
        let node = plan.network.nodes[index]
        let (inputs, output) = (node.inputs.map(place), outputs[0])
        func rows(_ kernel: RowKernel) -> Step { .rows(kernel, inputs[0], inputs.last!, output: output) }
        switch node.operation {
        case .activation(let activation):
          steps.append(rows(.activation(activation.kernelCode, slopes(activation, channels: node.channels))))
        case .affine(let scale, let shift):
          steps.append(rows(.affine(scale: constants.floats(scale), shift: constants.floats(shift))))
        case .leakyClamp(let clamp): steps.append(rows(.clamp(clamp)))
        case .add: steps.append(rows(.add))
        case .multiply: steps.append(rows(.multiply))
        case .slice(let range):
          let input = inputs[0].channels(range)
          steps.append(.rows(.copy, input, input, output: output))
        case .concatenate:
          var channel = 0
          for input in inputs {
            let part = output.channels(channel..<channel + input.channels)
            steps.append(.rows(.copy, input, input, output: part))
            stepRings.append(output.ring)
            channel += input.channels
          }
          stepRings.removeLast()
        case .lstm(let cell):
          steps.append(.recur(cell: cells.count, input: inputs[0], output: output))
          cells.append(cell)
        case .convolution: preconditionFailure("a convolution must be a step of its own")
        }
      }
      stepRings.append(outputs[0].ring)
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
    self.layers = .allocate(capacity: layers.count)
    _ = self.layers.initialize(from: layers)
  }

  deinit {
    steps.deallocate()
    layers.deallocate()
  }

  /// One convolution as layers, one per group of outputs.
  private static func layers(
    _ kernels: [CausalKernel], bias: [Float], inputs: [Place], activation: Activation, slopes: UnsafePointer<Float>,
    residual: Place?, output: Place?, total: Place?, constants: ConstantPool
  ) -> [cck_layer] {
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
        cck_moving(inputs[chain.kernel], channel: taps.firstInput(of: kernels[chain.kernel], group: group))
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
      kernel.y_stride = output?.stride ?? 0
      kernel.total_stride = total?.stride ?? 0
      var layer = cck_layer()
      layer.kernel = kernel
      layer.sources = sources
      layer.inputs = constants.moving(moving)
      if let residual { layer.results.residual = cck_moving(residual, channel: channel) }
      if let output { layer.results.output = cck_moving(output, channel: channel) }
      if let total { layer.results.total = cck_moving(total, channel: channel) }
      return layer
    }
  }

  // MARK: - Running

  /// Runs any number of frames, one sub-block at a time.
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
    switch step {
    case .layers(let first, let count):
      cck_run_layers(kernels, layers.baseAddress! + first, count, memory.rings, frames)
    case .rows(let kernel, let a, let b, let output):
      run(kernel, a, b, output, frames: frames)
      memory.mirror(output, frames: frames)
    case .recur(let cell, let input, let output):
      cells.run(
        cell, memory.readBase(input), stride: input.stride, into: memory.writeBase(output), stride: output.stride,
        frames: frames)
      memory.mirror(output, frames: frames)
    }
  }

  @inline(__always) private func run(_ kernel: RowKernel, _ a: Place, _ b: Place, _ output: Place, frames: Int) {
    let table = kernels
    /// `body` gets the channel and its rows of a, b and the output.
    func each(_ body: (Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void) {
      let (left, right, y) = (memory.readBase(a), memory.readBase(b), memory.writeBase(output))
      for channel in 0..<output.channels {
        body(channel, left + channel * a.stride, right + channel * b.stride, y + channel * output.stride)
      }
    }
    switch kernel {
    case .gate(let first, let firstSlopes, let second, let secondSlopes):
      each { table.pointee.gate(first, firstSlopes[$0], second, secondSlopes[$0], $1, $2, $3, frames) }
    case .activation(let code, let slopes): each { table.pointee.activate(code, slopes[$0], $1, $3, frames) }
    case .affine(let scale, let shift): each { table.pointee.affine(scale[$0], shift[$0], $1, $3, frames) }
    case .clamp(let clamp):
      each {
        table.pointee.leaky_clamp(
          clamp.minimum, clamp.maximum, clamp.slopeBelow, clamp.slopeAbove, $1, $3, frames)
      }
    case .add: each { table.pointee.add($1, $2, $3, frames) }
    case .multiply: each { table.pointee.multiply($1, $2, $3, frames) }
    case .copy: each { $3.update(from: $1, count: frames) }
    }
  }

  // MARK: - The past before the first frame

  /// Finds the constant of every value while the input is always `restingInput`, makes everything as new with that past
  /// or with zeros, and returns the output's constant.
  ///
  /// At rest every value is a constant. One frame is run through the steps in order, each ring filled with the
  /// constant of its value as soon as that is known. This gives exactly what an endless constant input settles to, for
  /// the cost of one frame. Only a recurrent layer needs more.
  func settle(past: Past, restingInput: [Float]) -> [Float] {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    func rest(ring index: Int) {
      guard index >= 0 else { return }
      let place = memory.ringPlaces[index]
      let base = memory.writeBase(place)
      for channel in 0..<place.channels { memory.settled[index][channel] = base[channel * place.stride] }
      memory.fill(ring: index)
    }
    memory.begin(frames: 1)
    let inputBase = memory.writeBase(input)
    for channel in 0..<input.channels { inputBase[channel * input.stride] = restingInput[channel] }
    rest(ring: input.ring)
    for (step, ring) in zip(steps, stepRings) {
      switch step {
      case .recur(let cell, let input, let output):
        cells.settle(
          cell, memory.readBase(input), stride: input.stride, into: memory.writeBase(output), stride: output.stride)
      case .layers(let first, let count):
        for index in first..<first + count {
          run(.layers(first: index, count: 1), frames: 1)
          // Groups are layers that share a ring. It is filled once, after the last of them has run.
          let (layer, next) = (layers[index], index + 1 < first + count ? layers[index + 1] : nil)
          for (results, later) in [(layer.results, next?.results), (layer.then_results, next?.then_results)]
          where results.output.origin != nil && results.output.ring != later?.output.ring {
            rest(ring: results.output.ring)
          }
        }
      default: run(step, frames: 1)
      }
      rest(ring: ring)
    }
    let outputBase = memory.readBase(output)
    let resting = (0..<output.channels).map { outputBase[$0 * output.stride] }
    if past == .zeroHistory {
      for (settled, place) in zip(memory.settled, memory.ringPlaces) {
        settled.update(repeating: 0, count: place.channels)
      }
      cells.forgetSettledState()
    }
    reset()
    return resting
  }
}

extension cck_moving {
  fileprivate init(_ place: NetworkMemory.Place, channel: Int) {
    self.init(origin: place.origin + channel * place.stride, ring: place.ring)
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

  func convolution(_ value: cck_convolution) -> UnsafeMutablePointer<cck_convolution> {
    let pointer = allocate(cck_convolution.self, count: 1)
    pointer.initialize(to: value)
    return pointer
  }

  func sources(count: Int) -> UnsafeMutablePointer<cck_source> { allocate(cck_source.self, count: count) }

  func moving(_ values: [cck_moving]) -> UnsafePointer<cck_moving> {
    let pointer = allocate(cck_moving.self, count: values.count)
    pointer.initialize(from: values, count: values.count)
    return UnsafePointer(pointer)
  }

  deinit { for pointer in owned { pointer.deallocate() } }
}
