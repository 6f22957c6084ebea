import Convolution
import StreamingConvolution
import TestSupport

/// A network with a name, for parameterised tests. Weights are random, from the case's own seed.
struct NetworkCase: Sendable, CustomStringConvertible {
  let description: String
  let network: Network

  /// - Parameter build: Adds the nodes and returns the output.
  init(
    _ description: String, inputChannels: Int = 1, seed: UInt64 = 1,
    _ build: (inout NetworkMaker) throws -> Network.Value
  ) {
    self.description = description
    var maker = NetworkMaker(inputChannels: inputChannels, seed: seed)
    do { maker.network.output = try build(&maker) } catch { preconditionFailure("\(description): \(error)") }
    network = maker.network
  }

  /// Shapes on purpose: every pattern that has a fused kernel, and everything that must keep it from being used.
  static let named: [NetworkCase] = architectures + oddities
  /// Graphs of random nodes on random earlier values.
  static let random = (1...Thoroughness.cases(full: 40, quick: 6)).map { seed in
    NetworkCase("random graph, seed \(seed)", inputChannels: 1 + seed % 3, seed: UInt64(seed)) { try $0.randomGraph() }
  }
  static let all = named + random

  static let architectures: [NetworkCase] = [
    NetworkCase("ungated stack") { m in
      try m.waveNet(channels: 4, kernelSize: 3, dilations: [1, 2, 4, 8], activation: .tanh)
    },
    NetworkCase("gated stack") { m in
      try m.waveNet(channels: 6, kernelSize: 2, dilations: [1, 4, 16], activation: .tanh, gate: .sigmoid)
    },
    NetworkCase("16 channels, dilations to 512") { m in
      try m.waveNet(channels: 16, kernelSize: 3, dilations: [1, 64, 512], activation: .tanh)
    },
    NetworkCase("groups in a gated stack of two input channels", inputChannels: 2) { m in
      try m.waveNet(
        channels: 12, kernelSize: 3, dilations: [1, 7], activation: .softsign, gate: .hardSigmoid, groups: 3)
    },
    NetworkCase("kernels of 5 with different groups in one sum", inputChannels: 2) { m in
      let a = try m.convolve(m.network.input, 12)
      let b = try m.convolve(m.network.input, 6)
      return try m.network.convolve(
        [(a, m.kernel(24, 12, size: 5, dilation: 3, groups: 4)), (b, m.kernel(24, 6, size: 2, groups: 6))],
        bias: m.numbers(24))
    },
    NetworkCase("depthwise, 20 channels, kernel 15, dilation 70") { m in
      let a = try m.convolve(m.network.input, 20)
      let b = try m.network.activate(m.convolve(a, 20, size: 15, dilation: 70, groups: 20), .gelu)
      return try m.convolve(b, 2)
    },
    NetworkCase("200 positions in chains, two input channels", inputChannels: 2) { m in
      let a = try m.network.activate(m.convolve(m.network.input, 3, size: 200, dilation: 3), .silu)
      let z = try m.network.convolve(
        [(a, m.kernel(5, 3, size: 129)), (m.network.input, m.kernel(5, 2, size: 2))], bias: m.numbers(5))
      return try m.network.add(z, m.convolve(a, 5))
    },
    NetworkCase("dilation 1000, kernel 2 and 1") { m in
      let a = try m.network.activate(m.convolve(m.network.input, 3, size: 2, dilation: 1000), .tanh)
      return try m.convolve(m.network.activate(m.convolve(a, 7), .relu), 1, size: 2, dilation: 333)
    },
    NetworkCase("clamps that leak and that do not, one before a kernel") { m in
      let a = try m.convolve(m.network.input, 5, size: 3)
      let b = m.network.clamp(a, LeakyClamp(minimum: -0.25, maximum: 0.5, slopeBelow: 0.125, slopeAbove: -0.5))
      let c = m.network.clamp(try m.convolve(b, 5, size: 2, dilation: 9), LeakyClamp(minimum: -0.5, maximum: 0.125))
      return try m.network.add(b, c)
    },
    NetworkCase("channel counts 1 to 20") { m in
      var x = m.network.input
      for channels in 1...20 { x = try m.network.activate(m.convolve(x, channels, size: 1 + channels % 3), .tanh) }
      return try m.convolve(x, 1)
    },
    NetworkCase("every activation after a convolution") { m in
      var x = m.network.input
      for activation in NetworkMaker.activations(channels: 5) {
        x = try m.network.activate(m.convolve(x, 5, size: 2), activation)
      }
      return x
    },
  ]

  static let oddities: [NetworkCase] = [
    NetworkCase("no nodes: the output is the input", inputChannels: 3) { $0.network.input },
    NetworkCase("the output is the input, and nobody reads the nodes", inputChannels: 2) { m in
      _ = try m.network.activate(m.convolve(m.network.input, 4, size: 9), .tanh)
      return m.network.input
    },
    NetworkCase("residual from the input") { m in
      try m.network.add(m.network.activate(m.convolve(m.network.input, 1, size: 3), .tanh), m.network.input)
    },
    NetworkCase("a running total that starts at the input") { m in
      let a = try m.convolve(m.network.input, 1, size: 3)
      let sum = try m.network.add(m.network.input, a)
      let b = try m.convolve(a, 1, size: 2)
      return try m.network.add(sum, b)
    },
    NetworkCase("add(x, x) and multiply(x, x)") { m in
      let a = try m.convolve(m.network.input, 3, size: 2)
      let twice = try m.network.add(a, a)
      let square = try m.network.multiply(twice, twice)
      return try m.convolve(square, 2)
    },
    NetworkCase("nodes that nobody reads, between ones that are read") { m in
      let a = try m.network.activate(m.convolve(m.network.input, 4, size: 3), .tanh)
      _ = try m.convolve(a, 9, size: 4)
      let b = try m.convolve(a, 4)
      _ = try m.network.add(b, a)
      _ = try m.network.multiply(a, a)
      return try m.convolve(b, 2, size: 5)
    },
    NetworkCase("the output is also read inside") { m in
      let a = try m.convolve(m.network.input, 3, size: 2)
      let b = try m.network.activate(a, .tanh)
      _ = try m.network.add(b, m.convolve(b, 3, size: 7))
      return b
    },
    NetworkCase("the output is what an activation reads") { m in
      let a = try m.convolve(m.network.input, 3, size: 2)
      _ = try m.network.activate(a, .relu)
      return a
    },
    NetworkCase("an earlier total is read later, too") { m in
      let a = try m.network.activate(m.convolve(m.network.input, 4, size: 2), .tanh)
      let b = try m.network.activate(m.convolve(a, 4, size: 2), .tanh)
      let sum = try m.network.add(a, b)
      let c = try m.network.activate(m.convolve(b, 4, size: 2), .tanh)
      let more = try m.network.add(sum, c)
      return try m.network.multiply(more, sum)
    },
    NetworkCase("the past of a total is read") { m in
      let a = try m.network.activate(m.convolve(m.network.input, 4, size: 2), .tanh)
      let b = try m.network.activate(m.convolve(a, 4), .tanh)
      let sum = try m.network.add(a, b)
      let c = try m.convolve(sum, 4, size: 3, dilation: 5)
      let more = try m.network.add(sum, m.network.activate(m.convolve(b, 4), .tanh))
      return try m.network.add(more, c)
    },
    NetworkCase("concatenate, slice, affine and a gate in the wrong order", inputChannels: 2) { m in
      let a = try m.network.scale(m.convolve(m.network.input, 6, size: 3), by: m.numbers(6), shift: m.numbers(6))
      let right = try m.network.activate(m.network.slice(a, channels: 3..<6), .sigmoid)
      let left = try m.network.activate(m.network.slice(a, channels: 0..<3), .tanh)
      let gated = try m.network.multiply(left, right)
      let all = m.network.concatenate([gated, m.network.input, gated, a])
      return try m.convolve(all, 3, size: 4, dilation: 2)
    },
    NetworkCase("a gate of a slice of a wider value") { m in
      let z = try m.convolve(m.network.input, 9, size: 3)
      let left = try m.network.slice(z, channels: 0..<3)
      let right = try m.network.slice(z, channels: 3..<6)
      let a = try m.network.activate(left, .prelu(slopes: m.numbers(3)))
      let b = try m.network.activate(right, .prelu(slopes: m.numbers(3)))
      return try m.convolve(m.network.multiply(a, b), 2, size: 3)
    },
    NetworkCase("a gate whose half is read elsewhere") { m in
      let z = try m.convolve(m.network.input, 6, size: 3)
      let left = try m.network.slice(z, channels: 0..<3)
      let right = try m.network.slice(z, channels: 3..<6)
      let a = try m.network.activate(left, .tanh)
      let b = try m.network.activate(right, .sigmoid)
      let gated = try m.network.multiply(a, b)
      return m.network.concatenate([gated, right])
    },
    NetworkCase("concatenated values whose past is read") { m in
      let a = try m.convolve(m.network.input, 2)
      let all = m.network.concatenate([a, m.network.input, a])
      let part = try m.network.slice(all, channels: 1..<4)
      return try m.network.add(m.convolve(all, 3, size: 40, dilation: 2), m.convolve(part, 3, size: 3, dilation: 90))
    },
    NetworkCase("bias alone: the network hums", inputChannels: 1) { m in
      let a = try m.network.convolve([(m.network.input, m.kernel(4, 1, size: 3))], bias: [1, -2, 0.5, 3])
      let b = try m.network.activate(a, .tanh)
      return try m.network.convolve([(b, m.kernel(2, 4, size: 6, dilation: 11))], bias: [0.75, -0.25])
    },
  ]
}

/// Builds networks with random weights whose sums stay near 1.
struct NetworkMaker {
  var network: Network
  private var generator: SplitMix64

  init(inputChannels: Int, seed: UInt64) {
    network = Network(inputChannels: inputChannels)
    generator = SplitMix64(seed: seed)
  }

  static func activations(channels: Int) -> [Activation] {
    Activation.all + [.leakyReLU(slope: 0.1), .prelu(slopes: (0..<channels).map { 0.3 - Float($0) * 0.1 })]
  }

  mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in generator.nextSample() } }

  mutating func kernel(_ outputs: Int, _ inputs: Int, size: Int = 1, dilation: Int = 1, groups: Int = 1) throws
    -> CausalKernel
  {
    let taps = inputs / groups * size
    let amplitude = 1.5 / Float(taps).squareRoot()
    return try CausalKernel(
      outputChannels: outputs, inputChannels: inputs, kernelSize: size, dilation: dilation, groups: groups,
      weights: (0..<outputs * taps).map { _ in generator.nextSample(amplitude: amplitude) })
  }

  mutating func convolve(
    _ value: Network.Value, _ outputs: Int, size: Int = 1, dilation: Int = 1, groups: Int = 1
  ) throws -> Network.Value {
    let kernel = try kernel(outputs, network.channels(of: value), size: size, dilation: dilation, groups: groups)
    return try network.convolve([(value, kernel)], bias: numbers(outputs))
  }

  /// A WaveNet as presets make it.
  mutating func waveNet(
    channels: Int, kernelSize: Int, dilations: [Int], activation: Activation, gate: Activation? = nil, groups: Int = 1
  ) throws -> Network.Value {
    let condition = network.input
    var x = try convolve(condition, channels)
    var skip: Network.Value?
    let inner = gate == nil ? channels : 2 * channels
    for (index, dilation) in dilations.enumerated() {
      let z = try network.convolve(
        [
          (x, kernel(inner, channels, size: kernelSize, dilation: dilation, groups: groups)),
          (condition, kernel(inner, network.inputChannels)),
        ], bias: numbers(inner))
      var a: Network.Value
      if let gate {
        let first = try network.slice(z, channels: 0..<channels)
        let second = try network.slice(z, channels: channels..<2 * channels)
        let left = try network.activate(first, activation)
        let right = try network.activate(second, gate)
        a = try network.multiply(left, right)
      } else {
        a = try network.activate(z, activation)
      }
      skip = if let sum = skip { try network.add(sum, a) } else { a }
      if index < dilations.count - 1 { x = try network.add(x, convolve(a, channels)) }
    }
    let head = try convolve(skip!, network.inputChannels, size: 2)
    return try network.scale(
      head, by: head.channelNumbers(network, 0.5), shift: head.channelNumbers(network, 0.125))
  }

  /// Up to 18 random nodes, each on any earlier values.
  mutating func randomGraph() throws -> Network.Value {
    var values = [network.input]
    func width(_ value: Network.Value) -> Int { network.channels(of: value) }
    func pick() -> Network.Value {
      // Mostly a recent one, so that the graph is deep.
      let back = generator.nextInteger(upTo: 3) > 0 ? min(values.count - 1, 2) : values.count - 1
      return values[values.count - 1 - generator.nextInteger(upTo: back)]
    }
    func same(as value: Network.Value) -> Network.Value {
      let fitting = values.filter { width($0) == width(value) }
      return fitting[generator.nextInteger(upTo: fitting.count - 1)]
    }
    for _ in 0..<6 + generator.nextInteger(upTo: 12) {
      let x = pick()
      switch generator.nextInteger(upTo: 9) {
      case 0...3:
        // Few widths, so that sums find partners.
        let outputs = [2, 4, 4, 6][generator.nextInteger(upTo: 3)]
        let size = [1, 1, 2, 3, 9, 130][generator.nextInteger(upTo: 5)]
        let groups = width(x) % 2 == 0 ? 1 + generator.nextInteger(upTo: 1) : 1
        values.append(
          try convolve(x, outputs, size: size, dilation: 1 + generator.nextInteger(upTo: 19), groups: groups))
        if generator.nextInteger(upTo: 1) == 0 { values.append(try network.activate(values.last!, .tanh)) }
      case 4:
        let all = Self.activations(channels: width(x))
        values.append(try network.activate(x, all[generator.nextInteger(upTo: all.count - 1)]))
      case 5, 6: values.append(try network.add(x, same(as: x)))
      case 7 where width(x) == 2:
        values.append(network.clamp(x, LeakyClamp(minimum: -0.5, maximum: 1, slopeBelow: 0.25, slopeAbove: 0.5)))
      case 7: values.append(try network.activate(network.multiply(x, same(as: x)), .softsign))
      case 8 where width(x) % 2 == 0:
        let half = width(x) / 2
        let first = try network.slice(x, channels: 0..<half)
        let second = try network.slice(x, channels: half..<2 * half)
        let left = try network.activate(first, .tanh)
        let right = try network.activate(second, .sigmoid)
        values.append(try network.multiply(left, right))
      case 8: values.append(try network.scale(x, by: numbers(width(x)), shift: numbers(width(x))))
      default:
        let all = network.concatenate([x, pick()])
        values.append(all)
        if width(all) > 4 { values.append(try network.slice(all, channels: 1..<5)) }
      }
    }
    return generator.nextInteger(upTo: 3) > 0 ? values.last! : pick()
  }
}

extension Network.Value {
  fileprivate func channelNumbers(_ network: Network, _ number: Float) -> [Float] {
    [Float](repeating: number, count: network.channels(of: self))
  }
}
