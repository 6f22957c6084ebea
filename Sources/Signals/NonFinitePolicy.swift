/// What happens to samples of the input that are NaN or infinite.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// They are processed like any other sample.
  case keep
  /// They become 0.
  case zero
  /// A file is refused; a stream ends before the first of them.
  case error
}
