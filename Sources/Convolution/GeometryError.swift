/// What can be wrong with the shape of a convolution or of a network.
public enum GeometryError: Error, Equatable, Sendable {
  /// A size that must be at least `minimum` is not.
  case tooSmall(what: String, minimum: Int, actual: Int)
  /// Channels cannot be divided evenly among the groups.
  case indivisible(what: String, channels: Int, groups: Int)
  /// An array has another length than the shape asks for.
  case count(of: String, expected: Int, actual: Int)
  /// A size is more than is allowed.
  case tooLarge(what: String, maximum: Int, actual: Int)
  /// A size is beyond what can be addressed.
  case overflow(what: String)
}

extension GeometryError: CustomStringConvertible {
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
    }
  }
}
