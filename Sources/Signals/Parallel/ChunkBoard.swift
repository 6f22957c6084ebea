/// Who does what next when several threads process one signal: the rules alone, without samples or threads.
///
/// The signal is divided into chunks. Each is read, computed and written. Reading and writing happen in order, each by
/// one thread at a time; which thread does not matter. A chunk is kept in one of a few slots from before it is read until
/// it is written, so memory does not grow with the signal.
struct ChunkBoard: Sendable {
  /// How the processors share the work.
  enum Sharing: Sendable {
    /// Any of them computes any chunk.
    case byChunk
    /// Each of them computes its channels of every chunk, in order.
    case byChannel
  }

  /// Something for a thread to do. It must say when it has done it.
  enum Task: Equatable, Sendable {
    case read(chunk: Int)
    case compute(chunk: Int, processor: Int)
    case write(chunk: Int)
    /// Nothing is left to do.
    case leave
  }

  private let sharing: Sharing
  /// For every slot, how many processors have not finished its chunk.
  private var pending: [Int]
  private var isBusy: [Bool]
  /// For every processor, the chunk that it computes next. By chunk, only the first is used.
  private var nextComputed: [Int]
  /// Chunks that have been read, and written.
  private var chunksRead = 0
  private var chunksWritten = 0
  private var isReading = false
  private var isWriting = false
  /// The number of chunks, once the last has been read.
  private var chunks: Int?
  /// How far the signal is, in frames of the source that is counted.
  private(set) var framesCounted: Int64 = 0
  /// Why everybody stops.
  private(set) var error: (any Error)?

  /// - Parameters:
  ///   - processors: The number of processors.
  ///   - slots: How many chunks are in memory at most.
  init(sharing: Sharing, processors: Int, slots: Int) {
    self.sharing = sharing
    pending = [Int](repeating: 0, count: slots)
    isBusy = [Bool](repeating: false, count: processors)
    nextComputed = [Int](repeating: 0, count: sharing == .byChunk ? 1 : processors)
  }

  /// Takes the next task; nil: none is ready now, but one will be.
  mutating func next() -> Task? {
    if error != nil || chunksWritten == chunks { return .leave }
    // Writing makes room, and reading makes work for the other threads.
    if !isWriting, chunksWritten < chunksRead, pending[chunksWritten % pending.count] == 0 {
      isWriting = true
      return .write(chunk: chunksWritten)
    }
    if !isReading, chunks == nil, chunksRead < chunksWritten + pending.count {
      isReading = true
      return .read(chunk: chunksRead)
    }
    guard let processor = idleProcessor() else { return nil }
    let place = sharing == .byChunk ? 0 : processor
    isBusy[processor] = true
    nextComputed[place] += 1
    return .compute(chunk: nextComputed[place] - 1, processor: processor)
  }

  /// A processor that could compute something; the one with the earliest chunk.
  private func idleProcessor() -> Int? {
    let idle = isBusy.indices.filter { !isBusy[$0] && nextComputed[sharing == .byChunk ? 0 : $0] < chunksRead }
    return sharing == .byChunk ? idle.first : idle.min { nextComputed[$0] < nextComputed[$1] }
  }

  /// The chunk asked for was read.
  /// - Parameters:
  ///   - isEmpty: Whether the signal ended before it.
  ///   - isLast: Whether no other follows.
  mutating func didRead(isEmpty: Bool, isLast: Bool) {
    isReading = false
    if !isEmpty {
      pending[chunksRead % pending.count] = sharing == .byChunk ? 1 : isBusy.count
      chunksRead += 1
    }
    if isEmpty || isLast { chunks = chunksRead }
  }

  /// The processor has computed its part of the chunk.
  mutating func didCompute(chunk: Int, processor: Int) {
    isBusy[processor] = false
    pending[chunk % pending.count] -= 1
  }

  /// The chunk was written.
  mutating func didWrite(framesCounted: Int64) {
    isWriting = false
    chunksWritten += 1
    self.framesCounted = framesCounted
  }

  /// Nothing more is to be done. The first error counts.
  mutating func stop(_ reason: any Error) { error = error ?? reason }
}
