import StreamingConvolution
import Synchronization
import TestSupport
import Testing

@testable import ConvAudioKit
@testable import Signals

/// The rules by which threads share chunks, without threads: tasks are taken and finished in a random order.
@Suite("Chunks: who does what next")
struct ChunkBoardTests {
  @Test(
    "every chunk is read, computed and written once, in order, and few are in memory",
    arguments: [(1, 2), (2, 3), (3, 3), (5, 2)], 0..<40)
  func order(_ sizes: (processors: Int, slots: Int), seed: Int) {
    for sharing in [ChunkBoard.Sharing.byChunk, .byChannel] {
      var random = SplitMix64(seed: UInt64(seed))
      let chunks = random.nextInteger(upTo: 12)
      let endsExactly = random.nextInteger(upTo: 2) == 0
      var board = ChunkBoard(sharing: sharing, processors: sizes.processors, slots: sizes.slots)
      var running: [ChunkBoard.Task] = []
      var (read, written): ([Int], [Int]) = ([], [])
      var computed: [[Int]] = Array(repeating: [], count: sizes.processors)
      while true {
        // As many as will go, at times; each then is one of those that were taken.
        while running.count < 1 + random.nextInteger(upTo: 4), let task = board.next(), task != .leave {
          #expect(!running.contains(task))
          running.append(task)
        }
        if running.isEmpty { break }
        switch running.remove(at: random.nextInteger(upTo: running.count - 1)) {
        case .read(let chunk):
          #expect(chunk == read.count && chunk < written.count + sizes.slots)
          if chunk < chunks { read.append(chunk) }
          board.didRead(isEmpty: chunk >= chunks, isLast: !endsExactly && chunk + 1 >= chunks)
        case .compute(let chunk, let processor):
          #expect(read.contains(chunk))
          computed[processor].append(chunk)
          board.didCompute(chunk: chunk, processor: processor)
        case .write(let chunk):
          #expect(computed.filter { $0.contains(chunk) }.count == (sharing == .byChunk ? 1 : sizes.processors))
          written.append(chunk)
          board.didWrite(framesCounted: Int64(chunk))
        case .leave: break
        }
      }
      #expect(board.next() == .leave)
      #expect(read == Array(0..<chunks) && written == read)
      if sharing == .byChannel { #expect(computed.allSatisfy { $0 == read }) }
      #expect(
        computed.joined().sorted()
          == read.flatMap { [Int](repeating: $0, count: sharing == .byChunk ? 1 : sizes.processors) })
    }
  }

  @Test("after an error everybody leaves, and the first one counts")
  func stop() {
    var board = ChunkBoard(sharing: .byChunk, processors: 1, slots: 2)
    #expect(board.next() == .read(chunk: 0))
    board.stop(Broken.sink)
    board.stop(Broken.source)
    #expect(board.next() == .leave)
    #expect(board.error as? Broken == .sink)
  }
}

private enum Broken: Error { case source, sink }

/// Fails after some frames, on either side.
private final class FailingEnds: FrameSource, FrameSink {
  let name = "failing"
  var framesRead: Int64 = 0
  private(set) var output: [Float] = []
  private let readable: Int
  private let writable: Int

  init(readable: Int, writable: Int = .max) { (self.readable, self.writable) = (readable, writable) }

  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    let count = min(samples.count, readable - Int(framesRead))
    guard count > 0 else { throw Broken.source }
    for index in 0..<count { samples[index] = Float(Int(framesRead) + index) }
    framesRead += Int64(count)
    return count
  }

  func write(_ samples: UnsafeBufferPointer<Float>) throws {
    guard output.count + samples.count <= writable else { throw Broken.sink }
    output += samples
  }
}

/// An echo with another cut than its own.
private final class WronglyCutEcho: BlockProcessor {
  private let echo = Echo(maximumBlockFrames: 16)
  let cut: StreamCut?
  init(_ cut: StreamCut?) { self.cut = cut }
  let (inputChannels, outputChannels, maximumBlockFrames) = (1, 1, 16)
  var latencyFrames: Int { echo.latencyFrames }
  var tailFrames: Int { echo.tailFrames }
  var historyFrames: Int? { echo.historyFrames }
  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    echo.process(input, into: output, frames: frames)
  }
  func reset() { echo.reset() }
  func copy() -> WronglyCutEcho { WronglyCutEcho(cut) }
}

@Suite("Parallel runs")
struct ParallelRunTests {
  private func division(
    _ processor: any BlockProcessor, threads: Int, chunk: Int, frames: Int = 1000
  ) throws -> WorkDivision {
    var settings = WorkDivision.Settings(threads: threads, expectedFrames: frames, tailFrames: processor.tailFrames)
    settings.chunkFrames = chunk
    return try #require(try WorkDivision(ProcessorCrew(processor), settings))
  }

  private func expected(_ input: [Float]) -> [Float] {
    let quiet = [Float](repeating: 0, count: 12)
    return zip(input + quiet, quiet + input).map { $0 + $1 / 2 }
  }

  @Test("the output is that of one thread at every length around the chunks", arguments: [2, 3, 5], [1, 16, 20, 64])
  func lengths(threads: Int, chunk: Int) throws {
    for frames in [1, 2, 15, 16, 17, 43, 47, 48, 52, 58, 63, 64, 65, 111, 112, 128, 300] {
      for most in [Int.max, 5] {
        let samples = Samples(Signals.noise(frames: frames), most: most)
        let run = ParallelRun(
          try division(Echo(maximumBlockFrames: 16), threads: threads, chunk: chunk), from: samples, to: samples,
          tailFrames: 12)
        var progress: [Int64] = []
        try run.run { progress.append($0) }
        #expect(firstBitDifference(samples.output, expected(samples.input)) == nil, "\(frames) frames")
        #expect(samples.output.count == frames + 12)
        #expect(progress.last == Int64(frames) && progress == progress.sorted())
      }
    }
  }

  @Test("without a cut one thread computes, and others read and write")
  func uncut() throws {
    let division = try division(WronglyCutEcho(nil), threads: 5, chunk: 10)
    #expect(division.sharing == .byChannel && division.threads == 3 && division.processors.count == 1)
    let samples = Samples(Signals.noise(frames: 200))
    try ParallelRun(division, from: samples, to: samples, tailFrames: 12).run()
    #expect(firstBitDifference(samples.output, expected(samples.input)) == nil)
  }

  @Test("a pre-roll that is a frame too short is heard")
  func shortPreRoll() throws {
    for (preRoll, isRight) in [(17, true), (16, false)] {
      let samples = Samples(Signals.noise(frames: 200))
      let echo = WronglyCutEcho(StreamCut(preRollFrames: preRoll))
      try ParallelRun(try division(echo, threads: 2, chunk: 30), from: samples, to: samples, tailFrames: 12).run()
      #expect((firstBitDifference(samples.output, expected(samples.input)) == nil) == isRight)
    }
  }

  @Test("an input that breaks off is processed up to there, and its error comes last", arguments: [1, 2, 3])
  func brokenSource(threads: Int) throws {
    let ends = FailingEnds(readable: 100)
    let division = WorkDivision(
      Echo(maximumBlockFrames: 16), [Echo(maximumBlockFrames: 16)], sharing: .byChunk, chunkFrames: 30, threads: threads
    )
    #expect(throws: Broken.source) { try ParallelRun(division, from: ends, to: ends, tailFrames: 12).run() }
    #expect(firstBitDifference(ends.output, expected((0..<100).map(Float.init))) == nil)
  }

  @Test("a sink that fails stops the run; its error comes before that of an input that breaks off later")
  func brokenSink() throws {
    for readable in [100, 50] {
      let ends = FailingEnds(readable: readable, writable: 45)
      let division = try division(Echo(maximumBlockFrames: 16), threads: 3, chunk: 16)
      #expect(throws: Broken.sink) { try ParallelRun(division, from: ends, to: ends, tailFrames: 12).run() }
      #expect(ends.output.count <= 45)
    }
  }

  @Test("a request to stop is heard between blocks", arguments: [0, 1, 5, 20])
  func cancelled(after blocks: Int) throws {
    let asked = Mutex(0)
    let samples = Samples(Signals.noise(frames: 5000))
    let run = ParallelRun(
      try division(Echo(maximumBlockFrames: 16), threads: 3, chunk: 64), from: samples, to: samples, tailFrames: 12,
      cancellation: Cancellation {
        asked.withLock { count in
          count += 1
          return count > blocks
        }
      })
    #expect(throws: CancellationError.self) { try run.run() }
    #expect(samples.output.count < 5000)
  }

  @Test(
    "how work is divided: chunks much longer than their pre-roll, as many for each thread; channels where that fails")
  func divisions() throws {
    func divide(
      _ cut: StreamCut?, frames: Int, threads: Int = 2, copies: Int = .max
    ) throws -> WorkDivision? {
      var settings = WorkDivision.Settings(threads: threads, expectedFrames: frames, tailFrames: 0)
      settings.maximumCopies = copies
      return try WorkDivision(ProcessorCrew(WronglyCutEcho(cut)), settings)
    }
    let short = StreamCut(preRollFrames: 4000)
    let ten = try #require(try divide(short, frames: 28_800_000))
    #expect(ten.sharing == .byChunk && ten.processors.count == 2)
    #expect((400_000...512_000).contains(ten.chunkFrames))
    // An even number of equal chunks.
    #expect((28_800_005 + ten.chunkFrames - 1) / ten.chunkFrames % 2 == 0)
    #expect(try divide(short, frames: 28_800_000, threads: 1) == nil)
    #expect(try divide(short, frames: 20_000) == nil, "short")
    #expect(try divide(short, frames: 28_800_000, copies: 1)?.sharing == .byChannel)
    #expect(try divide(nil, frames: 28_800_000)?.sharing == .byChannel)
    // Partitions of a long response; as long chunks as memory allows.
    let long = try #require(try divide(StreamCut(alignmentFrames: 32_768, preRollFrames: 300_000), frames: 28_800_000))
    #expect(long.chunkFrames % 32_768 == 0 && (2_000_000...6_000_000).contains(long.chunkFrames))
    #expect(
      try divide(StreamCut(alignmentFrames: 1 << 17, preRollFrames: 3_000_000), frames: 28_800_000)?.sharing
        == .byChannel)
  }
}
