import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Set by SIGINT and SIGTERM; read before every block. A second signal ends the program at once.
private let interruptionRequested = Atomic<Bool>(false)

/// The user's wish to stop.
struct Interruption: Sendable {
  /// Catches SIGINT and SIGTERM from here on.
  static func install() -> Interruption {
    // Made before a signal can come, because making a global is not allowed in a handler.
    interruptionRequested.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        interruptionRequested.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    return Interruption()
  }

  var isRequested: Bool { interruptionRequested.load(ordering: .relaxed) }
}
