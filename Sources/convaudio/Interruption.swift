import ConvAudioKit
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Set by SIGINT, SIGTERM and SIGHUP; read after every block. A second signal, of whichever kind,
/// ends the program at once, and may leave its temporary file.
private let stopRequested = Atomic<Bool>(false)
/// Set by SIGUSR1, where it is caught.
private let reportRequested = Atomic<Bool>(false)
/// Which of SIGINT, SIGTERM and SIGHUP are caught, by the bits of their numbers. The others were ignored when the program
/// started, by `nohup` or a shell that put it into the background, and stay so.
private let caughtSignals = Atomic<UInt32>(0)

/// Lets a signal end the program from now on. Called in a handler.
private func resetIfCaught(_ number: Int32) {
  if caughtSignals.load(ordering: .relaxed) >> UInt32(number) & 1 == 1 { signal(number, SIG_DFL) }
}

/// The user's wishes, as they come by signals.
///
/// A blocked `read` or `write` is interrupted, and whoever called it asks here. A signal that comes between the asking
/// and the call would be missed, so an alarm interrupts the call again a second later, as long as a wish is open; that
/// costs no system call while there is none.
struct Interruption: Sendable {
  /// Catches SIGINT, SIGTERM and SIGHUP from here on, unless whoever started the program ignores them. A reader of our
  /// output that goes away does not stop the work: SIGPIPE is ignored.
  ///
  /// - Parameter catchesReportRequests: Whether SIGUSR1 is a wish for a report. Default: it ends the program.
  static func install(catchesReportRequests: Bool = false) -> Interruption {
    // Made before a signal can come, because making a global is not allowed in a handler.
    stopRequested.store(false, ordering: .relaxed)
    reportRequested.store(false, ordering: .relaxed)
    caughtSignals.store(0, ordering: .relaxed)
    signal(SIGPIPE, SIG_IGN)
    // A limit on file sizes then is an error like a full disk, and not the end.
    signal(SIGXFSZ, SIG_IGN)
    catchSignal(SIGALRM) { _ in
      if stopRequested.load(ordering: .relaxed) || reportRequested.load(ordering: .relaxed) { alarm(1) }
    }
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      caughtSignals.bitwiseOr(1 << UInt32(number), ordering: .relaxed)
      catchSignal(number) { _ in
        stopRequested.store(true, ordering: .relaxed)
        resetIfCaught(SIGINT)
        resetIfCaught(SIGTERM)
        resetIfCaught(SIGHUP)
        alarm(1)
      }
    }
    if catchesReportRequests {
      catchSignal(SIGUSR1) { _ in
        reportRequested.store(true, ordering: .relaxed)
        alarm(1)
      }
    }
    unblockSignals()
    return Interruption()
  }

  /// Lets signals through. Whoever started us from a thread of Dispatch, as Foundation's Process does, has left us its
  /// mask: all blocked.
  static func unblockSignals() {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1] { sigaddset(&mask, number) }
    sigprocmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Whether the program was asked to stop.
  var isRequested: Bool { stopRequested.load(ordering: .relaxed) }

  /// The same for the library.
  var cancellation: Cancellation { Cancellation { stopRequested.load(ordering: .relaxed) } }

  /// Whether a report was asked for since the last time.
  func takeReportRequest() -> Bool {
    // A plain load first: this is asked after every block, and an exchange is far dearer.
    reportRequested.load(ordering: .relaxed) && reportRequested.exchange(false, ordering: .relaxed)
  }

  /// Not `signal`, which has the system begin an interrupted call again.
  private static func catchSignal(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    sigemptyset(&action.sa_mask)
    action.sa_flags = 0
    #if canImport(Glibc)
      action.__sigaction_handler.sa_handler = handler
    #else
      action.__sigaction_u.__sa_handler = handler
    #endif
    sigaction(number, &action, nil)
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
}
