/// What to do with samples of the input that are NaN or infinite.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// Process them like any other sample.
  case keep
  /// Replace them with 0.
  case zero
  /// Refuse a file; end a stream before the first of them.
  case error
}
