import Synchronization

/// Chains whose file is done, for the next file of the same kind: a long impulse response is resampled, planned and
/// transformed once a job and not once a file.
///
/// Those of another kind go when one is made, so that no more are kept than run at a time.
final class ChainPool: Sendable {
  /// What a chain was made for, beside preset and settings.
  struct Signal: Hashable {
    let channels: Int
    let sampleRateHz: Int
  }

  // Sendable because one thread at a time owns a chain: whoever took it, or the pool, which only keeps it.
  private struct Idle: @unchecked Sendable {
    let signal: Signal
    let chain: PreparedChain
  }

  private let idle = Mutex<[Idle]>([])

  /// A chain as new, from the pool or made by `make`.
  func take(for signal: Signal, make: () throws -> PreparedChain) rethrows -> PreparedChain {
    let found = idle.withLock { idle -> Idle? in
      if let index = idle.firstIndex(where: { $0.signal == signal }) { return idle.remove(at: index) }
      idle.removeAll()
      return nil
    }
    return try found?.chain ?? make()
  }

  /// Gives back a chain that is done.
  func giveBack(_ chain: PreparedChain, for signal: Signal) {
    chain.processor.reset()
    let done = Idle(signal: signal, chain: chain)
    idle.withLock { $0.append(done) }
  }
}
