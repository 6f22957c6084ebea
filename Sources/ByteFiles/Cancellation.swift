/// Whether somebody has asked to stop: one value for everything that waits or takes long.
///
/// ```swift
/// let flag = Atomic(false)
/// let report = try processor.process("in.wav", to: "out.wav", cancellation: Cancellation { flag.load(ordering: .relaxed) })
/// ```
/// It is asked before every block, read and write, and when a signal has interrupted one, so the answer must be quick.
public struct Cancellation: Sendable {
  /// Nobody ever asks to stop.
  public static let never = Cancellation { false }

  private let answer: @Sendable () -> Bool

  /// - Parameter isRequested: May be asked from any thread.
  public init(_ isRequested: @escaping @Sendable () -> Bool) { answer = isRequested }

  /// Whether somebody has asked to stop.
  public var isRequested: Bool { answer() }

  /// - Throws: `CancellationError` when somebody has asked to stop.
  public func check() throws(CancellationError) {
    if isRequested { throw CancellationError() }
  }
}
