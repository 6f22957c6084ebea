import ArgumentParser
import ConvAudioKit
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The one of SIGINT, SIGTERM and SIGHUP that came, 0 before; read after every block. A second one ends the program at
/// once.
private let stopSignal = Atomic<Int32>(0)
/// Set by SIGUSR1, where it is caught.
private let reportRequested = Atomic<Bool>(false)
/// Which of SIGINT, SIGTERM and SIGHUP are caught, as bits. The others were already ignored when the program started, by
/// `nohup` or a shell that put it into the background, and stay ignored.
private let caughtSignals = Atomic<UInt32>(0)

/// Makes a signal end the program from now on. Called in a handler.
private func resetIfCaught(_ number: Int32) {
  if caughtSignals.load(ordering: .relaxed) >> UInt32(number) & 1 == 1 { signal(number, SIG_DFL) }
}

/// Requests that come as signals: to stop, or to print a report.
///
/// A signal interrupts a blocked `read` or `write`, and the caller then asks here. A signal that comes between asking and
/// calling would be missed, so an alarm interrupts the call again every second until the request is handled. Without a
/// request this costs no system call.
struct Interruption: Sendable {
  /// Catches SIGINT, SIGTERM and SIGHUP from here on, unless they are already ignored. SIGPIPE is ignored: a reader that
  /// goes away does not stop the work.
  ///
  /// - Parameter catchesReportRequests: Whether SIGUSR1 asks for a report. Default: it ends the program.
  static func install(catchesReportRequests: Bool = false) -> Interruption {
    // Initialised before a signal can come, because a handler must not initialise globals.
    stopSignal.store(0, ordering: .relaxed)
    reportRequested.store(false, ordering: .relaxed)
    caughtSignals.store(0, ordering: .relaxed)
    signal(SIGPIPE, SIG_IGN)
    // Reaching a limit on file sizes is then an error like a full disk, instead of killing the program.
    signal(SIGXFSZ, SIG_IGN)
    catchSignal(SIGALRM) { _ in
      if stopSignal.load(ordering: .relaxed) != 0 || reportRequested.load(ordering: .relaxed) { alarm(1) }
    }
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      caughtSignals.bitwiseOr(1 << UInt32(number), ordering: .relaxed)
      catchSignal(number) { number in
        stopSignal.store(number, ordering: .relaxed)
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

  /// Unblocks signals. A parent that starts the program from a Dispatch thread, as Foundation's Process does, passes on a
  /// mask in which all are blocked.
  static func unblockSignals() {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGUSR1] { sigaddset(&mask, number) }
    sigprocmask(SIG_UNBLOCK, &mask, nil)
  }

  /// Whether the program was asked to stop.
  var isRequested: Bool { stopSignal.load(ordering: .relaxed) != 0 }

  /// How the program ends then, as a shell reports a program that the signal has ended.
  var exitCode: ExitCode { ExitCode(128 + stopSignal.load(ordering: .relaxed)) }

  /// The same for the library.
  var cancellation: Cancellation { Cancellation { stopSignal.load(ordering: .relaxed) != 0 } }

  /// Whether a report was asked for since the last call.
  func takeReportRequest() -> Bool {
    // A plain load first: this runs after every block, and an exchange is far more expensive.
    reportRequested.load(ordering: .relaxed) && reportRequested.exchange(false, ordering: .relaxed)
  }

  /// Not `signal`, with which the system would restart an interrupted call.
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
