/// What can be wrong with the shape of a convolution or of a network.
public enum GeometryError: Error, Equatable, Sendable {
  /// A size that must be at least `minimum` is not.
  case tooSmall(what: String, minimum: Int, actual: Int)
  /// Channels cannot be divided evenly among the groups.
  case indivisible(what: String, channels: Int, groups: Int)
  /// An array does not have the length that the shape requires.
  case count(of: String, expected: Int, actual: Int)
  /// A size is larger than the maximum.
  case tooLarge(what: String, maximum: Int, actual: Int)
  /// A size is too large to address.
  case overflow(what: String)
  /// A tensor has the wrong number of axes.
  case rank(of: String, expected: Int, actual: Int)
  /// An axis of a tensor has the wrong size.
  case axis(Int, of: String, expected: Int, actual: Int)
  /// A tensor does not have the shape that the plan was made for.
  case shape(of: String, expected: Shape, actual: Shape)
  /// An axis is too short to give an output, even with its padding.
  case emptyOutput(axis: Int, expected: Int, actual: Int)
  /// Padding that keeps the size is defined for stride 1 only.
  case strideOfSame(actual: Int)
  /// The input is too small for this much padding in this mode.
  case paddingMode(PaddingMode, axis: Int, maximum: Int, actual: Int)
}

extension GeometryError: CustomStringConvertible {
  /// One sentence with the expected and the actual value.
  public var description: String {
    switch self {
    case .tooSmall(let what, let minimum, let actual):
      "\(what) is \(actual), but must be at least \(minimum)"
    case .indivisible(let what, let channels, let groups):
      "\(channels) \(what) cannot be divided into \(groups) equal groups"
    case .count(let what, let expected, let actual):
      "\(actual) \(what) were given where the shape needs \(expected)"
    case .tooLarge(let what, let maximum, let actual):
      "\(what) is \(actual), but must be at most \(maximum)"
    case .overflow(let what):
      "\(what) is too large to be addressed"
    case .rank(let what, let expected, let actual):
      "the \(what) has \(actual) axes, expected \(expected)"
    case .axis(let axis, let what, let expected, let actual):
      "axis \(axis) of the \(what) has size \(actual), expected \(expected)"
    case .shape(let what, let expected, let actual):
      "the \(what) has shape \(actual), but the plan was made for \(expected)"
    case .emptyOutput(let axis, let expected, let actual):
      "axis \(axis) has \(actual) positions with its padding, expected at least \(expected) for one output"
    case .strideOfSame(let actual):
      "padding \"same\" was asked for with a stride of \(actual), expected 1; sameUpper and sameLower take any"
    case .paddingMode(let mode, let axis, let maximum, let actual):
      "axis \(axis) is padded by \(actual) positions in mode \(mode), expected at most \(maximum) for its size"
    }
  }
}
