import Convolution
import TestSupport
import Testing

@testable import StreamingConvolution

/// Patterns are fused where nobody can tell, and nowhere else.
@Suite("Network plan")
struct NetworkPlanTests {
  /// One phrase per step, such as `conv+activation`, in order.
  private func words(_ network: Network, fused: Bool = true) -> [String] {
    NetworkPlan(network, fused: fused).steps.map { step in
      switch step {
      case .convolution(let fused, let then):
        return [fused, then].compactMap { fused in
          guard let fused else { return nil }
          var word = "conv"
          if fused.activation != .identity { word += "+activation" }
          if fused.residual != nil { word += "+residual" }
          if fused.total != nil { word += "+total" }
          return word + (fused.isStored ? "" : ", not stored")
        }.joined(separator: " then ")
      case .gate: return "gate"
      case .pointwise(let node):
        switch network.nodes[node].operation {
        case .activation: return "activation"
        case .affine: return "affine"
        case .add: return "add"
        case .multiply: return "multiply"
        case .concatenate: return "concatenate"
        case .slice: return "slice"
        case .leakyClamp: return "clamp"
        case .lstm: return "lstm"
        case .convolution: return "convolution as a pointwise step"
        }
      }
    }
  }

  private func plan(inputChannels: Int = 4, _ build: (inout NetworkMaker) throws -> Network.Value) throws -> [String] {
    var maker = NetworkMaker(inputChannels: inputChannels, seed: 1)
    maker.network.output = try build(&maker)
    return words(maker.network)
  }

  @Test("without fusing every node is one step", arguments: NetworkCase.all)
  func unfused(_ c: NetworkCase) {
    #expect(NetworkPlan(c.network, fused: false).steps.count == c.network.nodes.count)
    #expect(words(c.network, fused: false).allSatisfy { !$0.contains("+") && $0 != "gate" })
  }

  @Test(
    "every node is in exactly one fused step, and reads only results of earlier steps", arguments: NetworkCase.all)
  func complete(_ c: NetworkCase) {
    let plan = NetworkPlan(c.network, fused: true)
    var made: Set<Int> = [0]
    for step in plan.steps {
      for input in plan.inputs(of: step) { #expect(made.contains(input.index), "\(step)") }
      made.formUnion(plan.outputs(of: step).map(\.index) + plan.totals(of: step).map(\.total.index))
    }
    #expect(made.contains(c.network.output.index))
  }

  @Test("a convolution takes up its activation")
  func activation() throws {
    #expect(try plan { m in try m.network.activate(m.convolve(m.network.input, 4), .tanh) } == ["conv+activation"])
  }

  @Test("an activation is not taken up where the sum is read elsewhere, too")
  func activationReadElsewhere() throws {
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        return try m.network.multiply(m.network.activate(a, .tanh), a)
      } == ["conv", "activation", "multiply"])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        _ = try m.network.activate(a, .tanh)
        return a
      } == ["conv", "activation"], "the output is a reader")
  }

  @Test("a convolution takes up an earlier value as its residual, on either side of the sum")
  func residual() throws {
    #expect(try plan { m in try m.network.add(m.convolve(m.network.input, 4), m.network.input) } == ["conv+residual"])
    #expect(
      try plan { m in
        let a = try m.network.activate(m.convolve(m.network.input, 4), .tanh)
        return try m.network.add(m.network.input, a)
      } == ["conv+activation+residual"])
  }

  @Test("a residual is not taken up where it comes later, is the sum itself, or the sum is read elsewhere")
  func noResidual() throws {
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        return try m.network.add(a, a)
      } == ["conv", "add"])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        let late = try m.network.activate(m.network.input, .tanh)
        return try m.network.add(a, late)
      } == ["conv", "activation", "add"])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        let sum = try m.network.add(m.network.input, a)
        return try m.network.multiply(sum, a)
      } == ["conv", "add", "multiply"], "the input's memory is nobody's total")
  }

  @Test("a skip sum becomes a running total, from the second layer on")
  func runningTotal() throws {
    #expect(
      try plan(inputChannels: 1) { m in
        try m.waveNet(channels: 4, kernelSize: 3, dilations: [1, 2, 4], activation: .tanh)
      } == [
        "conv", "conv+activation then conv+residual", "conv+activation+total, not stored then conv+residual",
        // The last layer's answer is heard in the sum alone.
        "conv+activation+residual", "conv", "affine",
      ])
  }

  @Test("a running total is not taken up where what it replaces is read later, or its past is")
  func noRunningTotal() throws {
    let later = NetworkCase.oddities.first { $0.description == "an earlier total is read later, too" }!.network
    #expect(words(later).contains("add"))
    let past = NetworkCase.oddities.first { $0.description == "the past of a total is read" }!.network
    #expect(words(past).filter { $0.contains("+total") }.isEmpty)
    #expect(
      try plan { m in
        let a = try m.network.activate(m.convolve(m.network.input, 4), .tanh)
        let b = try m.network.activate(m.convolve(a, 4), .tanh)
        let sum = try m.network.add(a, b)
        return m.network.concatenate([sum, b, a])
      } == ["conv+activation then conv+activation", "add", "concatenate"])
  }

  @Test("a convolution of kernel size 1 runs with the one that it reads, which is stored only for others")
  func secondConvolution() throws {
    #expect(
      try plan { m in try m.convolve(m.network.activate(m.convolve(m.network.input, 4), .tanh), 3) } == [
        "conv+activation, not stored then conv"
      ])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        return try m.network.concatenate([a, m.convolve(a, 3)])
      } == ["conv then conv", "concatenate"])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        return try m.network.concatenate([m.convolve(a, 3), m.convolve(a, 2, size: 2)])
      } == ["conv then conv", "conv", "concatenate"])
  }

  @Test("a convolution with a past, with groups, of wide input or with a later residual runs by itself")
  func noSecondConvolution() throws {
    #expect(try plan { m in try m.convolve(m.convolve(m.network.input, 4), 4, size: 2) } == ["conv", "conv"])
    #expect(try plan { m in try m.convolve(m.convolve(m.network.input, 4), 4, groups: 2) } == ["conv", "conv"])
    #expect(try plan { m in try m.convolve(m.convolve(m.network.input, 4, groups: 2), 4) } == ["conv", "conv"])
    #expect(try plan { m in try m.convolve(m.convolve(m.network.input, 65), 4) } == ["conv", "conv"])
    #expect(
      try plan { m in
        let a = try m.convolve(m.network.input, 4)
        let late = try m.network.activate(m.network.input, .tanh)
        return try m.network.add(m.convolve(a, 4), late)
      } == ["conv, not stored then conv", "activation", "add"], "the sum is made later")
  }

  private func gate(
    first: Range<Int> = 0..<2, second: Range<Int> = 2..<4, swapped: Bool = false, extraReader: Int? = nil
  ) throws -> [String] {
    try plan { m in
      let z = try m.convolve(m.network.input, 4)
      let nodes = [try m.network.slice(z, channels: first), try m.network.slice(z, channels: second)]
      let left = try m.network.activate(nodes[0], .tanh)
      let right = try m.network.activate(nodes[1], .sigmoid)
      let product = try swapped ? m.network.multiply(right, left) : m.network.multiply(left, right)
      let parts = nodes + [left, right]
      return try extraReader.map { m.network.concatenate([product, parts[$0]]) }
        ?? m.network.convolve([(product, m.kernel(1, 2))])
    }
  }

  @Test("two halves through two activations into a product are one gate")
  func gates() throws {
    #expect(try gate() == ["conv", "gate", "conv"])
  }

  @Test("a gate is not recognised in other channels or another order, or where a part is read elsewhere")
  func noGates() throws {
    let apart = ["conv", "slice", "slice", "activation", "activation", "multiply"]
    #expect(try gate(first: 1..<3) == apart + ["conv"])
    #expect(try gate(second: 1..<3) == apart + ["conv"])
    #expect(try gate(swapped: true) == apart + ["conv"])
    for part in 0..<4 { #expect(try gate(extraReader: part) == apart + ["concatenate"]) }
  }

  @Test("values whose past is read have a ring, as long as the longest kernel needs")
  func history() throws {
    var m = NetworkMaker(inputChannels: 1, seed: 1)
    let a = try m.convolve(m.network.input, 2, size: 3, dilation: 10)
    let b = try m.convolve(a, 2)
    _ = try m.convolve(m.network.input, 2, size: 30)
    m.network.output = b
    #expect(NetworkPlan(m.network, fused: true).historyFrames == [29, 0, 0, 0])
  }
}
