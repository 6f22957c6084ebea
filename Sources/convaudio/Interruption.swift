import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Set by SIGINT, SIGTERM and SIGHUP; read after every block. A second signal, of whichever kind,
/// ends the program at once, and may leave its temporary file.
private let interruptionRequested = Atomic<Bool>(false)

/// The user's wish to stop.
struct Interruption: Sendable {
  /// Catches SIGINT, SIGTERM and SIGHUP (unless `nohup` asked to ignore it) from here on. A reader of our output that
  /// goes away does not stop the work: SIGPIPE is ignored.
  static func install() -> Interruption {
    // Made before a signal can come, because making a global is not allowed in a handler.
    interruptionRequested.store(false, ordering: .relaxed)
    signal(SIGPIPE, SIG_IGN)
    // A limit on file sizes then is an error like a full disk, and not the end.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number) { number in
        interruptionRequested.store(true, ordering: .relaxed)
        for other in [SIGINT, SIGTERM, SIGHUP] { signal(other, SIG_DFL) }
      }
    }
    // Whoever started us from a thread of Dispatch, as Foundation's Process does, has left us its mask: all blocked.
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&mask, number) }
    sigprocmask(SIG_UNBLOCK, &mask, nil)
    return Interruption()
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  var isRequested: Bool { interruptionRequested.load(ordering: .relaxed) }
}
