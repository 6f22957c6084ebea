/// The cost of a convolution, known before it runs.
public struct ConvolutionCost: Hashable, Sendable {
  /// Weights and biases.
  public let parameters: Int
  /// Multiply-adds when padding counts as input: outputs · taps.
  public let multiplyAdds: Int
  /// Multiply-adds without the taps that fall into zero padding; in other padding modes the same as `multiplyAdds`.
  public let multiplyAddsInside: Int
  /// `[batch, outputChannels, sizes…]`.
  public let outputShape: Shape

  /// - Throws: `GeometryError` when the shapes do not fit, or a number cannot be counted.
  public init(_ geometry: ConvolutionGeometry, weights: Shape, hasBias: Bool, input: Shape) throws(GeometryError) {
    outputShape = try geometry.outputShape(input: input, weights: weights)
    parameters = weights.count + (hasBias ? weights[0] : 0)
    let taps = try Shape(Array(weights.sizes[1...])).count
    multiplyAdds = try Shape([outputShape.count, taps]).count
    guard geometry.mode == .zeros else {
      multiplyAddsInside = multiplyAdds
      return
    }
    // Along each axis, (output, kernel position) pairs that lie within the input; the axes are independent.
    var pairs = [outputShape[0] * outputShape[1], weights[1]]
    for (index, axis) in geometry.axes.enumerated() {
      let (size, outputs) = (input[index + 2], outputShape[index + 2])
      let before = axis.paddingCounts(size: size).before
      pairs.append(
        (0..<axis.kernel).reduce(0) { sum, k in
          let shift = axis.dilation * k - before
          let first = shift >= 0 ? 0 : (-shift - 1) / axis.stride + 1
          let end = size > shift ? min(outputs, (size - 1 - shift) / axis.stride + 1) : 0
          return sum + max(0, end - first)
        })
    }
    multiplyAddsInside = try Shape(pairs).count
  }

  /// `multiplyAdds` without taps in zero padding, as a share of all, 0 … 1.
  public var shareInside: Double { multiplyAdds == 0 ? 1 : Double(multiplyAddsInside) / Double(multiplyAdds) }
}

/// How many inputs along one axis an output of a stack depends on, layer by layer.
///
/// ```
/// size ← size + (reach − 1) · step        step ← step · stride
/// ```
/// Two 3 by 3 layers see 5 by 5; after a stride every later layer sees further (Araujo, Norris and Sim, 2019).
public struct ReceptiveField: Hashable, Sendable {
  /// Inputs that one output depends on.
  public private(set) var size = 1
  /// Inputs between neighbouring outputs.
  public private(set) var step = 1

  /// The receptive field of the input itself.
  public init() {}

  /// The receptive field after one more layer.
  /// - Throws: `GeometryError.overflow`.
  public func behind(_ axis: KernelAxis) throws(GeometryError) -> ReceptiveField {
    let (growth, tooMuch) = (axis.reach - 1).multipliedReportingOverflow(by: step)
    let (size, tooLarge) = self.size.addingReportingOverflow(growth)
    let (step, tooFar) = self.step.multipliedReportingOverflow(by: axis.stride)
    guard !tooMuch, !tooLarge, !tooFar else { throw .overflow(what: "the receptive field") }
    var field = self
    (field.size, field.step) = (size, step)
    return field
  }
}
