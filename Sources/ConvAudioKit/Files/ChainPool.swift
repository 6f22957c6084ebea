import Signals
import Synchronization

/// Prepared chains whose file is done, kept for the next file with the same channels and rate: a long impulse response is
/// resampled, planned and transformed once per job, not once per file. Copies for other threads are kept with them.
///
/// When a chain for another kind of signal is made, the idle ones are dropped, so that never more are kept than run at once.
final class ChainPool: Sendable {
  /// The signal that a chain was prepared for.
  struct Signal: Hashable {
    let channels: Int
    let sampleRateHz: Int
  }

  /// A chain, and its processor with its helpers.
  struct Member {
    let chain: PreparedChain
    let crew: ProcessorCrew
  }

  // Sendable because one thread at a time owns a chain: the one that took it, or the pool, which only keeps it.
  private struct Idle: @unchecked Sendable {
    let signal: Signal
    let member: Member
  }

  private let idle = Mutex<[Idle]>([])

  /// A chain in its initial state, from the pool or made by `make`.
  func take(for signal: Signal, make: () throws -> PreparedChain) rethrows -> Member {
    let found = idle.withLock { idle -> Idle? in
      if let index = idle.firstIndex(where: { $0.signal == signal }) { return idle.remove(at: index) }
      idle.removeAll()
      return nil
    }
    if let found { return found.member }
    let chain = try make()
    return Member(chain: chain, crew: ProcessorCrew(chain.processor))
  }

  /// Returns a chain that is done to the pool.
  func giveBack(_ member: Member, for signal: Signal) {
    member.crew.reset()
    let done = Idle(signal: signal, member: member)
    idle.withLock { $0.append(done) }
  }
}
