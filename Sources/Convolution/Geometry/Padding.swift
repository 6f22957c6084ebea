/// How much padding an axis gets: a number, or the name of a rule.
///
/// With `reach` = dilation · (kernel − 1) + 1, the input positions that one output spans:
public enum Padding: Hashable, Sendable {
  /// No padding: outputs only where the whole kernel is inside the input.
  case valid
  /// PyTorch's `padding="same"`: as many outputs as inputs. reach − 1 in all, half on each side, an odd one after the
  /// input. Stride 1.
  case same
  /// ONNX's SAME_UPPER: ⌈size / stride⌉ outputs, an odd position of padding after the input.
  case sameUpper
  /// ONNX's SAME_LOWER: an odd position of padding before the input.
  case sameLower
  /// reach − 1 on both sides: every output that touches the input.
  case full
  /// reach − 1 before: no output depends on later inputs.
  case causal
  /// These numbers of positions.
  case explicit(before: Int, after: Int)

  /// The same number on both sides.
  public static func both(_ count: Int) -> Padding { .explicit(before: count, after: count) }
}

/// The values in the padding.
public enum PaddingMode: Hashable, Sendable {
  /// 0.
  case zeros
  /// A number.
  case constant(Float)
  /// The input mirrored at its border, without repeating the border: `c b | a b c | b a`. Must be less than the input.
  case reflect
  /// The value at the border, repeated.
  case replicate
  /// The other end of the input (circular). Must not be more than the input.
  case circular
}

/// Numbers of positions on the two sides of an axis.
public struct PaddingCounts: Hashable, Sendable {
  /// Positions before the first input.
  public var before: Int
  /// Positions after the last input.
  public var after: Int

  /// These numbers of positions on each side.
  public init(before: Int, after: Int) {
    self.before = before
    self.after = after
  }
}
