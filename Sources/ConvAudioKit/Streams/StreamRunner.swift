import Signals
import ByteFiles
import ArrayFiles
import AudioFiles
import StreamingConvolution

/// What happened to a stream.
public struct StreamReport: Sendable {
  /// Why it ended.
  public enum Ending: Sendable {
    /// The input ended.
    case endOfInput
    /// Somebody asked to stop.
    case cancelled
    /// The reader of the output has gone.
    case readerClosed
  }

  /// Why it ended.
  public var ending = Ending.endOfInput
  /// Frames read.
  public var framesRead: Int64 = 0
  /// Frames written.
  public var framesWritten: Int64 = 0
  /// Samples that were clipped to full scale.
  public var clippedSamples = 0
  /// Largest absolute sample before it was written, without NaN and infinities; 0 for rows of numbers, which have no full
  /// scale.
  public var peak: Float = 0
  /// Samples of the input that were NaN or infinite.
  public var nonFiniteInputSamples = 0
  /// Samples of the output that were NaN or infinite. Integers get 0 for NaN, NDJSON null.
  public var nonFiniteOutputSamples = 0
  /// Missing values of rows that were replaced.
  public var missingValues = 0
}

/// Runs a stream through a chain, block by block: a pipe, a socket, or anything else that gives and takes bytes.
///
/// ```swift
/// let runner = StreamRunner(chain: try Chain("dilated-stack"))
/// try runner.run(from: STDIN_FILENO, to: STDOUT_FILENO)
/// ```
/// - Streaming: each block is written as soon as its frames have come, in one call of `write`. The samples are those of
///   `FileProcessor` at the same latency, whatever the block size and however the input is cut.
/// - Memory: constant. Nothing is allocated after the first block, apart from what `read` and `write` do.
public struct StreamRunner: Sendable {
  /// Gives bytes.
  public typealias Read = Signal.Read
  /// Takes all bytes. May wait. Throws `ByteFileError.readerClosed` when nobody reads them any more.
  public typealias Write = (UnsafeRawBufferPointer) throws -> Void

  /// What the stream goes through.
  public let chain: Chain
  /// How it is processed.
  public let settings: StreamSettings

  /// A runner of streams with these settings.
  public init(chain: Chain, settings: StreamSettings = StreamSettings()) {
    self.chain = chain
    self.settings = settings
  }

  /// Runs from one file descriptor to another, until the input ends.
  ///
  /// When the reader goes away there is no SIGPIPE: it is blocked on this thread during the run.
  ///
  /// - Parameters:
  ///   - input: Blocking or not; a pipe, file, socket or device.
  ///   - output: As above.
  ///   - inputName: What errors call the input.
  ///   - outputName: What errors call the output.
  ///   - times: Records how long each block took.
  ///   - note: Called with what is changed on the way, one sentence each.
  ///   - explain: Called with how convolutions with impulse responses are computed and why, one sentence each.
  ///   - cancellation: Asked before every read and write, and when a signal interrupts one. When true, the current block
  ///     is finished with the frames that have come, and the run ends. A reader that then takes nothing for half a
  ///     second loses the rest.
  /// - Returns: What happened.
  /// - Throws: `AudioStreamError`, `RowError`, `StreamError`, `ProcessingError`, `ChainError`, `ImpulseResponseError`.
  ///   Everything before a faulty part of the input is written.
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
  ///   - inputName: As above.
  ///   - times: As above.
  ///   - note: As above.
  ///   - explain: As above.
  ///   - cancellation: Asked before every call of `read`. When true, the current block is finished with the frames that
  ///     have come, and the run ends. A `read` that waits should return 0 when it becomes true.
  ///   - read: Gives bytes.
  ///   - write: Takes bytes.
  /// - Returns: What happened.
  /// - Throws: As above, and what the callbacks throw.
  @discardableResult
  public func run(
    inputName: String = "the stream", times: BlockTimes = BlockTimes(), note: @escaping (String) -> Void = { _ in },
    explain: @escaping (String) -> Void = { _ in }, cancellation: Cancellation = .never,
    read: @escaping Read, write: @escaping Write
  ) throws -> StreamReport {
    try settings.check()
    var report = StreamReport()
    let signal: Signal
    do {
      signal = try Signal.open(name: inputName, settings: settings.input, cancellation: cancellation, read: read)
    } catch {
      // A cancelled input looks like one that ended too early.
      guard cancellation.isRequested else { throw error }
      report.ending = .cancelled
      return report
    }
    if let expected = chain.sampleRateHz, let actual = signal.sampleRateHz, expected != actual {
      throw StreamError.sampleRate(
        name: inputName, expectedHz: expected, actualHz: actual, chain: chain.label, format: signal.format,
        channels: signal.channels)
    }
    let prepared = try chain.prepare(
      channels: signal.channels, sampleRateHz: signal.sampleRateHz,
      maximumBlockFrames: try settings.blockFrames(channels: signal.channels), settings: settings.chain,
      input: inputName)
    let processor = prepared.processor
    let tail = settings.chain.tail.frames(of: prepared)
    do {
      let output = try StreamOutput(
        like: signal, through: chain, settings: settings, channels: processor.outputChannels,
        blockFrames: processor.maximumOutputFrames, write: write)
      (prepared.notes + signal.notes + output.notes).forEach(note)
      prepared.explanation.forEach(explain)
      let notesMade = signal.notes.count
      defer { signal.notes.dropFirst(notesMade).forEach(note) }
      var run = SignalRun(
        processor: processor, from: signal, to: output.frames, isAligned: settings.isAligned, tailFrames: tail,
        times: times)
      defer {
        report.framesRead = signal.framesRead
        report.framesWritten = output.framesWritten
        report.clippedSamples = output.clippedSamples
        report.peak = output.peak
        report.nonFiniteInputSamples = signal.nonFiniteSamples
        report.nonFiniteOutputSamples = output.nonFiniteSamples
        report.missingValues = signal.missingValues
      }
      while !cancellation.isRequested, try run.step() {}
      if cancellation.isRequested {
        // The frames that have come are written, and what is still inside the chain, but no tail of seconds.
        _ = try run.step()
        run.dropTail()
        while try run.flush() {}
        report.ending = .cancelled
      } else {
        while !cancellation.isRequested, try run.flush() {}
        if cancellation.isRequested { report.ending = .cancelled } else { try run.finish() }
      }
    } catch ByteFileError.readerClosed {
      report.ending = .readerClosed
    } catch ByteFileError.readerStuck {
      report.ending = .cancelled
      note("the reader of the output took nothing, and did not get the rest of the last block")
    }
    return report
  }
}
