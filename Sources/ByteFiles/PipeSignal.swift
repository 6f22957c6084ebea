#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs `body` with SIGPIPE blocked on this thread, and clears one that a write in it has raised: a library must
/// neither end its program nor change how the program handles the signal elsewhere.
package func withoutPipeSignal<Result>(_ body: () throws -> Result) rethrows -> Result {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  let wasPending = isPipeSignalPending()
  var before = sigset_t()
  pthread_sigmask(SIG_BLOCK, &signals, &before)
  defer {
    if !wasPending, isPipeSignalPending() {
      var number: Int32 = 0
      sigwait(&signals, &number)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
  return try body()
}

private func isPipeSignalPending() -> Bool {
  var pending = sigset_t()
  sigpending(&pending)
  return sigismember(&pending, SIGPIPE) == 1
}
