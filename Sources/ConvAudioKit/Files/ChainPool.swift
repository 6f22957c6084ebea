import Synchronization

/// Prepared chains whose file is done, kept for the next file with the same channels and rate: a long impulse response is
/// resampled, planned and transformed once per job, not once per file.
///
/// When a chain for another kind of signal is made, the idle ones are dropped, so that never more are kept than run at once.
final class ChainPool: Sendable {
  /// The signal that a chain was prepared for.
  struct Signal: Hashable {
    let channels: Int
    let sampleRateHz: Int
  }

  // Sendable because one thread at a time owns a chain: the one that took it, or the pool, which only keeps it.
  private struct Idle: @unchecked Sendable {
    let signal: Signal
    let chain: PreparedChain
  }

  private let idle = Mutex<[Idle]>([])

  /// A chain in its initial state, from the pool or made by `make`.
  func take(for signal: Signal, make: () throws -> PreparedChain) rethrows -> PreparedChain {
    let found = idle.withLock { idle -> Idle? in
      if let index = idle.firstIndex(where: { $0.signal == signal }) { return idle.remove(at: index) }
      idle.removeAll()
      return nil
    }
    return try found?.chain ?? make()
  }

  /// Returns a chain that is done to the pool.
  func giveBack(_ chain: PreparedChain, for signal: Signal) {
    chain.processor.reset()
    let done = Idle(signal: signal, chain: chain)
    idle.withLock { $0.append(done) }
  }
}
