import Convolution

/// A network as a value: nodes in running order, each naming its inputs, with the weights beside it.
///
/// Every architecture becomes one of these; there is no class per architecture. `NetworkProcessor` plans and runs it.
///
/// ```swift
/// var network = Network(inputChannels: 1)
/// let hidden = try network.convolve([(network.input, kernel)], bias: bias)
/// let bent = try network.activate(hidden, .tanh)
/// network.output = try network.add(bent, network.input)
/// ```
package struct Network: Sendable {
  /// A signal in the network: its input, or the output of a node.
  package struct Value: Hashable, Sendable {
    /// 0 is the network's input, i + 1 the output of node i.
    package let index: Int
    init(_ index: Int) { self.index = index }
  }

  /// One operation on the values of earlier nodes.
  package struct Node: Sendable {
    /// The operation.
    package let operation: Operation
    /// The values it works on.
    package let inputs: [Value]
    /// Channels of the result.
    package let channels: Int
  }

  /// Channels of the input.
  package let inputChannels: Int
  /// The nodes in running order: each one's inputs come before it.
  package private(set) var nodes: [Node] = []
  /// The network's output. Before it is set: the input.
  package var output: Value

  /// The network's input.
  package var input: Value { Value(0) }
  /// Channels of the output.
  package var outputChannels: Int { channels(of: output) }

  /// A network without nodes: the output is the input.
  /// - Precondition: `inputChannels` is positive.
  package init(inputChannels: Int) {
    precondition(inputChannels > 0, "a network needs at least 1 input channel, not \(inputChannels)")
    self.inputChannels = inputChannels
    output = Value(0)
  }

  /// Channels of a value.
  package func channels(of value: Value) -> Int {
    value.index == 0 ? inputChannels : nodes[value.index - 1].channels
  }

  /// The same wiring with other operations; each node keeps its inputs and channels.
  func replacing(nodes: [Node]) -> Network {
    var copy = self
    copy.nodes = nodes
    return copy
  }

  // MARK: - Building

  /// Adds bias + Σ kernel(value) over the terms.
  /// - Parameter bias: One per output channel. Empty: zero.
  /// - Throws: `GeometryError` if channel counts do not match.
  package mutating func convolve(_ terms: [(value: Value, kernel: CausalKernel)], bias: [Float]? = nil)
    throws(GeometryError) -> Value
  {
    guard let outputs = terms.first?.kernel.outputChannels else {
      throw .tooSmall(what: "the number of a convolution's inputs", minimum: 1, actual: 0)
    }
    for (value, kernel) in terms {
      try expect(kernel.inputChannels, channels(of: value), "input channels of a convolution")
      try expect(outputs, kernel.outputChannels, "output channels of summed convolutions")
    }
    let bias = bias ?? [Float](repeating: 0, count: outputs)
    try expect(outputs, bias.count, "bias values")
    return append(.convolution(terms.map(\.kernel), bias: bias), terms.map(\.value), outputs)
  }

  /// Adds scale[c] · x + shift[c].
  /// - Throws: `GeometryError` when the counts differ from the channels.
  package mutating func scale(_ value: Value, by scale: [Float], shift: [Float]) throws(GeometryError) -> Value {
    try expect(channels(of: value), scale.count, "scales")
    try expect(channels(of: value), shift.count, "shifts")
    return append(.affine(scale: scale, shift: shift), [value], scale.count)
  }

  /// Adds a pointwise function.
  /// - Throws: `GeometryError` if PReLU does not have one slope per channel.
  package mutating func activate(_ value: Value, _ activation: Activation) throws(GeometryError) -> Value {
    if let slopes = activation.channelSlopes { try expect(channels(of: value), slopes.count, "PReLU slopes") }
    return append(.activation(activation), [value], channels(of: value))
  }

  /// Adds a clamp that may leak.
  package mutating func clamp(_ value: Value, _ clamp: LeakyClamp) -> Value {
    append(.leakyClamp(clamp), [value], channels(of: value))
  }

  /// Adds a recurrent layer.
  /// - Throws: `GeometryError` if its input channels differ from the value's.
  package mutating func recur(_ value: Value, _ cell: LSTMCell) throws(GeometryError) -> Value {
    try expect(cell.inputChannels, channels(of: value), "input channels of a recurrent layer")
    return append(.lstm(cell), [value], cell.hiddenChannels)
  }

  /// Adds a + b.
  /// - Throws: `GeometryError` when their channels differ.
  package mutating func add(_ a: Value, _ b: Value) throws(GeometryError) -> Value {
    try expect(channels(of: a), channels(of: b), "channels of a sum")
    return append(.add, [a, b], channels(of: a))
  }

  /// Adds a · b.
  /// - Throws: `GeometryError` when their channels differ.
  package mutating func multiply(_ a: Value, _ b: Value) throws(GeometryError) -> Value {
    try expect(channels(of: a), channels(of: b), "channels of a product")
    return append(.multiply, [a, b], channels(of: a))
  }

  /// Adds the channels of all values, one value after the other.
  /// - Precondition: There is at least one.
  package mutating func concatenate(_ values: [Value]) -> Value {
    precondition(!values.isEmpty, "concatenating needs at least one value")
    return append(.concatenate, values, values.reduce(0) { $0 + channels(of: $1) })
  }

  /// Adds a range of a value's channels.
  /// - Throws: `GeometryError` if the range is empty or out of bounds.
  package mutating func slice(_ value: Value, channels range: Range<Int>) throws(GeometryError) -> Value {
    guard !range.isEmpty else { throw .tooSmall(what: "the number of sliced channels", minimum: 1, actual: 0) }
    guard range.lowerBound >= 0, range.upperBound <= channels(of: value) else {
      throw .count(of: "channels to slice from", expected: range.upperBound, actual: channels(of: value))
    }
    return append(.slice(range), [value], range.count)
  }

  /// The network with `value` as its output, without the nodes that it does not need.
  package func ending(at value: Value) -> Network {
    var isNeeded = [Bool](repeating: false, count: nodes.count + 1)
    isNeeded[value.index] = true
    for (index, node) in nodes.enumerated().reversed() where isNeeded[index + 1] {
      for input in node.inputs { isNeeded[input.index] = true }
    }
    var network = Network(inputChannels: inputChannels)
    var places = [Value(0)]
    for (index, node) in nodes.enumerated() {
      guard isNeeded[index + 1] else {
        places.append(Value(0))
        continue
      }
      places.append(network.append(node.operation, node.inputs.map { places[$0.index] }, node.channels))
    }
    network.output = places[value.index]
    return network
  }

  private mutating func append(_ operation: Operation, _ inputs: [Value], _ channels: Int) -> Value {
    nodes.append(Node(operation: operation, inputs: inputs, channels: channels))
    return Value(nodes.count)
  }

  private func expect(_ expected: Int, _ actual: Int, _ what: String) throws(GeometryError) {
    guard expected == actual else { throw .count(of: what, expected: expected, actual: actual) }
  }
}
