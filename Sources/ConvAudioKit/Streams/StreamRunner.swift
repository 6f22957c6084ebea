import ByteFiles
import ArrayFiles
import AudioFiles
import StreamingConvolution

/// What a stream was, to its end.
public struct StreamReport: Sendable {
  /// Why it ended.
  public enum Ending: Sendable {
    /// The input was at its end.
    case endOfInput
    /// Somebody asked to stop.
    case cancelled
    /// The reader of the output went away.
    case readerClosed
  }

  /// Why it ended.
  public var ending = Ending.endOfInput
  /// Frames that were read.
  public var framesRead: Int64 = 0
  /// Frames that were written.
  public var framesWritten: Int64 = 0
  /// Samples that were beyond full scale and had to be clamped.
  public var clippedSamples = 0
  /// Samples of the input that were NaN or infinite.
  public var nonFiniteInputSamples = 0
  /// Samples of the output that were; integers hold 0 for NaN, NDJSON null.
  public var nonFiniteOutputSamples = 0
  /// Values of rows that were missing, and replaced.
  public var missingValues = 0
}

/// Runs a stream through a preset, block by block: a pipe, a socket, whatever gives and takes bytes.
///
/// ```swift
/// let runner = StreamRunner(preset: try Chain("dilated-stack"))
/// try runner.run(from: STDIN_FILENO, to: STDOUT_FILENO)
/// ```
/// - Streaming: a block goes out as soon as its frames have come, in one call of `write`; a reader that is slow slows
///   the run, and nothing else. The samples are those that `FileProcessor` gives, whatever the block and however the
///   input is cut.
/// - Memory: constant. Nothing is allocated after the first block, apart from what `read` and `write` do.
public struct StreamRunner: Sendable {
  /// Fills the front of the buffer and returns how many bytes; 0 at the end. May wait; may give fewer than there is room
  /// for, one included.
  public typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int
  /// Takes all the bytes. May wait; throws `ByteFileError.readerClosed` when nobody wants them any more.
  public typealias Write = (UnsafeRawBufferPointer) throws -> Void

  /// What the stream goes through.
  public let preset: Chain
  /// How.
  public let settings: StreamSettings

  /// A runner of streams with these settings.
  public init(preset: Chain, settings: StreamSettings = StreamSettings()) {
    self.preset = preset
    self.settings = settings
  }

  /// Runs from one file descriptor to another, until the input ends.
  ///
  /// A reader that goes away raises no SIGPIPE: it is held off on this thread for the time of the run.
  ///
  /// - Parameters:
  ///   - input: Blocking or not; a pipe, file, socket or device.
  ///   - inputName: What people call it, for errors.
  ///   - times: Is told how long each block took.
  ///   - note: Is told what changes on the way, a sentence each, when it is known.
  ///   - explain: Is told how convolutions with impulse responses are computed and why, a sentence each.
  ///   - cancellation: Asked before every read and write, and when a signal interrupted one: when true, the block that
  ///     was begun is finished with the frames that have come, and the run ends. A reader that takes nothing for half a
  ///     second then loses the rest.
  /// - Throws: `AudioStreamError`, `RowError`, `StreamError`, `ProcessingError`, `PresetLookupError`. Everything before
  ///   a trouble of the input was written.
  @discardableResult
  public func run(
    from input: Int32, to output: Int32, inputName: String = "standard input", outputName: String = "standard output",
    times: BlockTimes = BlockTimes(), note: @escaping (String) -> Void = { _ in },
    explain: @escaping (String) -> Void = { _ in }, cancellation: Cancellation = .never
  ) throws -> StreamReport {
    let source = ByteFile(descriptor: input, name: inputName, cancellation: cancellation)
    let sink = ByteFile(descriptor: output, name: outputName, cancellation: cancellation)
    return try withoutPipeSignal {
      try run(
        inputName: inputName, times: times, note: note, explain: explain, cancellation: cancellation,
        read: source.read(into:),
        write: { try sink.write($0) })
    }
  }

  /// Runs from one callback to another, until the input ends.
  ///
  /// - Parameters:
  ///   - inputName: What people call the input, for errors.
  ///   - times: Is told how long each block took.
  ///   - note: Is told what changes on the way, a sentence each, when it is known.
  ///   - explain: Is told how convolutions with impulse responses are computed and why, a sentence each.
  ///   - cancellation: Asked before every call of `read`: when true, the block that was begun is finished with the frames
  ///     that have come, and the run ends. A `read` that waits should return 0 when it becomes true.
  ///   - read: Gives bytes.
  ///   - write: Takes bytes.
  /// - Throws: As above, and what the callbacks throw.
  @discardableResult
  public func run(
    inputName: String = "the stream", times: BlockTimes = BlockTimes(), note: @escaping (String) -> Void = { _ in },
    explain: @escaping (String) -> Void = { _ in }, cancellation: Cancellation = .never,
    read: @escaping Read, write: @escaping Write
  ) throws -> StreamReport {
    try settings.check()
    var report = StreamReport()
    let ends: StreamEnds
    do {
      ends = try StreamEnds(name: inputName, settings: settings, cancellation: cancellation, read: read)
    } catch {
      // An input that was interrupted looks like one that ended too early.
      guard cancellation.isRequested else { throw error }
      report.ending = .cancelled
      return report
    }
    try ends.check(preset)
    let chain = try settings.sound.makeChain(
      preset, input: inputName, channels: ends.channels,
      maximumBlockFrames: try settings.blockFrames(channels: ends.channels), sampleRateHz: ends.sampleRateHz,
      latency: .lowest)
    let processor = chain.processor
    let tail = settings.sound.tail.frames(of: chain)
    do {
      let (sink, notes) = try ends.makeSink(
        for: preset, channels: processor.outputChannels, blockFrames: processor.maximumOutputFrames, write: write)
      (chain.notes + ends.notes + notes).forEach(note)
      chain.explanation.forEach(explain)
      let notesMade = ends.notes.count
      defer { ends.notes.dropFirst(notesMade).forEach(note) }
      let source = InspectedSource(ends.source, channels: ends.channels, policy: settings.sound.nonFinite)
      var run = SignalRun(
        processor: processor, from: source, to: sink.frames, isAligned: settings.isAligned, tailFrames: tail,
        times: times)
      defer {
        report.framesRead = ends.source.framesRead
        report.framesWritten = sink.framesWritten
        report.clippedSamples = sink.clippedSamples
        report.nonFiniteInputSamples = source.nonFiniteSamples
        report.nonFiniteOutputSamples = sink.nonFiniteSamples
        report.missingValues = ends.missingValues
      }
      while !cancellation.isRequested, try run.step() {}
      if cancellation.isRequested {
        report.ending = .cancelled
        // What has come of the next block goes out, and what is still inside the preset; not a tail of seconds.
        _ = try run.step()
        run.dropTail()
      }
      while try run.flush() {}
      if report.ending == .endOfInput { try run.finish() }
    } catch ByteFileError.readerClosed {
      report.ending = .readerClosed
    } catch ByteFileError.readerStuck {
      report.ending = .cancelled
      note("the reader of the output took nothing, and did not get the rest of the last block")
    }
    return report
  }
}
