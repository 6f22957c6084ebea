/// A request to stop, for everything that waits or takes long.
///
/// ```swift
/// let flag = Atomic(false)
/// let report = try processor.process("in.wav", to: "out.wav", cancellation: Cancellation { flag.load(ordering: .relaxed) })
/// ```
/// It is checked before every block, read and write, and after a signal has interrupted one, so it must be quick.
public struct Cancellation: Sendable {
  /// Never stops.
  public static let never = Cancellation { false }

  private let answer: @Sendable () -> Bool

  /// - Parameter isRequested: May be called from any thread.
  public init(_ isRequested: @escaping @Sendable () -> Bool) { answer = isRequested }

  /// Whether to stop.
  public var isRequested: Bool { answer() }

  /// - Throws: `CancellationError` after a request to stop.
  public func check() throws(CancellationError) {
    if isRequested { throw CancellationError() }
  }
}
