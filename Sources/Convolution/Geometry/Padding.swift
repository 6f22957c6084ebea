/// How much an axis is padded, by number or by what it is for.
///
/// With `reach` = dilation · (kernel − 1) + 1, the input positions that one output spans:
public enum Padding: Hashable, Sendable {
  /// Nothing: outputs only where the kernel lies within the input.
  case valid
  /// PyTorch's `padding="same"`: as many outputs as inputs. reach − 1 in all, half before, the odd one behind. Stride 1.
  case same
  /// ONNX's SAME_UPPER: ⌈size / stride⌉ outputs, the odd one of the padding behind.
  case sameUpper
  /// ONNX's SAME_LOWER: the odd one before.
  case sameLower
  /// reach − 1 on both sides: every output that touches the input.
  case full
  /// reach − 1 before: no output depends on later inputs.
  case causal
  /// So many positions on each side.
  case explicit(before: Int, after: Int)

  /// The same number on both sides.
  public static func both(_ count: Int) -> Padding { .explicit(before: count, after: count) }
}

/// What stands in the padding.
public enum PaddingMode: Hashable, Sendable {
  /// 0.
  case zeros
  /// A number.
  case constant(Float)
  /// The input mirrored at its border, the border itself not repeated: `c b | a b c | b a`. Less than the input.
  case reflect
  /// The border again and again.
  case replicate
  /// The input from its other end. No more than the input.
  case circular
}

/// Positions on the two sides of an axis.
public struct PaddingCounts: Hashable, Sendable {
  /// Positions before the first input.
  public var before: Int
  /// Positions behind the last.
  public var after: Int

  /// So many on each side.
  public init(before: Int, after: Int) {
    self.before = before
    self.after = after
  }
}
