import Signals
import AudioFiles
import ByteFiles
import Convolution
import ModelFormats
import Resampling
import StreamingConvolution

/// What happened to one file.
public struct ProcessingReport: Sendable {
  /// The input's path, or `standard input`.
  public let input: String
  /// The output's path, or `standard output`.
  public let output: String
  /// Length of the output in frames.
  public let frames: Int64
  /// Channels of the output.
  public let channels: Int
  /// Sample rate of the output in Hz.
  public let sampleRateHz: Int
  /// Container and sample format of the output, for people.
  public let format: String
  /// Length of the output in seconds.
  public var durationSeconds: Double { Double(frames) / Double(sampleRateHz) }
  /// Time that processing took in seconds, including reading and writing.
  public let elapsedSeconds: Double
  /// Seconds of sound processed in one second.
  public var timesRealTime: Double { durationSeconds / max(elapsedSeconds, 1e-9) }
  /// Largest absolute sample before it was written, without NaN and infinities.
  public let peak: Float
  /// Samples that were clipped to full scale.
  public let clippedSamples: Int
  /// Samples of the input that were NaN or infinite.
  public let nonFiniteInputSamples: Int
  /// Samples of the output that were NaN or infinite before they were written. Integer formats get 0 for NaN.
  public let nonFiniteOutputSamples: Int
  /// What was changed on the way, one sentence each.
  public let notes: [String]
  /// How convolutions with impulse responses were computed and why, one sentence each.
  public let explanation: [String]
}

/// How far a file is.
public struct ProcessingProgress: Sendable {
  /// Frames done so far.
  public let frames: Int64
  /// Length of the file in frames.
  public let totalFrames: Int64
  /// Sample rate of the file in Hz.
  public let sampleRateHz: Int
}

/// Runs audio files through a chain.
///
/// Files are read in blocks, so memory does not grow with their length. With several threads
/// (`ProcessingSettings.threads`) they compute parts of one file at once, and the output has the same bits. A file at another sample rate is resampled to the
/// chain's rate and back (`ProcessingSettings.ratePolicy`). The output always has the input's rate, length and timing, then
/// the tail, rounded up to whole frames. It appears under its name only when it is complete.
///
/// ```swift
/// let processor = FileProcessor(chain: try Chain("amp.nam"))
/// let report = try processor.process("di.wav", to: "amp.wav")
/// ```
public struct FileProcessor: Sendable {
  /// What the files go through.
  public let chain: Chain
  /// How they are processed.
  public let settings: ProcessingSettings

  private let pool = ChainPool()

  /// Frames read, processed and written at once.
  static let blockFrames = 2048

  /// A processor of files with these settings.
  public init(chain: Chain, settings: ProcessingSettings = ProcessingSettings()) {
    self.chain = chain
    var settings = settings
    settings.chain.latency = settings.chain.latency ?? .cheapest
    self.settings = settings
  }

  /// The default name of an output: `in.dilated-stack.wav` for `in.wav`, in `folder` or beside the input. For standard
  /// input (`-`) it is standard output, or `stdin.dilated-stack.wav` in a folder.
  public func defaultOutput(for input: String, in folder: String? = nil) -> String {
    OutputNaming(folder: folder, container: settings.container).path(for: input, through: chain.name)
  }

  /// Processes one file.
  ///
  /// - Parameters:
  ///   - input: A file in any format that `AudioFiles` reads; `-` is standard input, which, as any pipe,
  ///     is buffered in a temporary file.
  ///   - output: The file to write; `-` is standard output, which gets the finished file, in the input's container unless
  ///     the settings name one.
  ///   - progress: Called after every block, or with several threads after a chunk was written; on this thread.
  ///   - cancellation: Asked after every block.
  /// - Returns: What happened.
  /// - Throws: `AudioFileError`, `ByteFileError`, `ProcessingError`, `ChainError`, `ImpulseResponseError`. No output is left
  ///   then.
  public func process(
    _ input: String, to output: String, progress: (ProcessingProgress) -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> ProcessingReport {
    try process(input, to: output, threads: settings.threads, progress: progress, cancellation: cancellation)
  }

  /// The same on another number of threads than the settings say.
  func process(
    _ input: String, to output: String, threads: Int, progress: (ProcessingProgress) -> Void,
    cancellation: Cancellation
  ) throws -> ProcessingReport {
    let start = ContinuousClock.now
    let isPipedOut = output == standardStreamPath
    // Before the output, which may have its name from an input that does not exist.
    if input != standardStreamPath { _ = try FileKind.of(input) }
    if !isPipedOut { try ReplacingFile.check(path: output, mayReplace: settings.replacesExisting) }
    // Permission to replace outputs is not meant for the only take.
    if input != standardStreamPath, !isPipedOut, FilePlace.isSame(input, output) {
      throw ProcessingError.ownInput(output: output)
    }
    let source = try open(input, cancellation)
    let info = source.fileInfo!
    guard info.frames > 0 else { throw SignalError.empty(name: info.path) }
    let (chain, ratio, rateNote) = try meeting(info)
    let container = try container(for: output, of: info)
    let outputName = isPipedOut ? "standard output" : output
    let signal = ChainPool.Signal(channels: info.channels, sampleRateHz: info.sampleRateHz)
    let member = try pool.take(for: signal) {
      try chain.prepare(
        channels: info.channels, sampleRateHz: info.sampleRateHz, maximumBlockFrames: Self.blockFrames,
        settings: settings.chain, input: info.path)
    }
    let prepared = member.chain
    let processor = prepared.processor
    let tail = settings.chain.tail.frames(of: prepared)
    let tailFrames = ratio?.inverse.coveringOutputFrames(for: Int64(tail)) ?? Int64(tail)
    let format: AudioOutputFormat
    do {
      format = try AudioOutputFormat.choose(
        container: container, source: info, bitDepth: settings.bitDepth, expectedFrames: info.frames + tailFrames,
        channels: processor.outputChannels,
        processed: !chain.stages.isEmpty || settings.chain.changesLevels || ratio != nil || settings.outputLevel != nil, dither: settings.dithers)
    } catch {
      throw ProcessingError.format(path: outputName, reason: error)
    }
    let file = try pendingOutput(output, mayReplace: settings.replacesExisting, cancellation: cancellation)
    let writer: AudioFileWriter
    let sink: MeteredSink
    var levelNote: String?
    do {
      writer = try AudioFileWriter(
        path: file.temporaryPath, format: format, sampleRateHz: info.sampleRateHz, channels: format.channels,
        text: info.text, dither: format.needsDither)
      sink = MeteredSink(writer)
      let levelled = try settings.outputLevel.map {
        try LevelledSink($0, channels: format.channels, sampleRateHz: info.sampleRateHz)
      }
      let end: any FrameSink = levelled ?? sink
      let resampled = try ratio.map { try ResampledEnds(source, end, processor, ratio: $0) }
      let (from, to): (any FrameSource, any FrameSink) = (resampled?.source ?? source, resampled?.sink ?? end)
      let expected = ratio?.coveringOutputFrames(for: info.frames) ?? info.frames
      func report(_ frames: Int64) {
        progress(ProcessingProgress(frames: frames, totalFrames: info.frames, sampleRateHz: info.sampleRateHz))
      }
      if let division = try division(of: member, frames: expected, tailFrames: tail, threads: threads) {
        try ParallelRun(
          division, from: from, to: to, tailFrames: tail, counting: source, cancellation: cancellation
        ).run(progress: report)
      } else {
        var run = SignalRun(processor: processor, from: from, to: to, tailFrames: tail)
        while try run.step() || run.flush() {
          report(source.framesRead)
          try cancellation.check()
        }
        try run.finish()
      }
      try resampled?.sink.finish(totalFrames: source.framesRead + tailFrames)
      levelNote = try levelled?.finish(
        to: sink, largestSample: format.encoding.largestSample(dithered: format.needsDither), cancellation: cancellation)
      try writer.finish()
    } catch let reason as ResamplingError {
      throw ProcessingError.resampling(path: info.path, chain: chain.label, reason: reason)
    } catch is CancellationError {
      throw ProcessingError.cancelled(path: info.path)
    } catch AudioFileError.writeFailed(path: _, let reason) {
      // People know the file by its final name.
      throw file.failure(reason: reason)
    }
    try file.commit()
    pool.giveBack(member, for: signal)
    return ProcessingReport(
      input: info.path, output: outputName, frames: writer.framesWritten, channels: format.channels,
      sampleRateHz: info.sampleRateHz, format: "\(container.displayName), \(format.encoding.summary)",
      elapsedSeconds: (ContinuousClock.now - start).inSeconds, peak: sink.peak,
      clippedSamples: writer.clippedSamples, nonFiniteInputSamples: source.nonFiniteSamples,
      nonFiniteOutputSamples: writer.nonFiniteSamples,
      notes: [rateNote, levelNote].compactMap { $0 } + prepared.notes + source.notes + format.notes
        + writer.notes.filter { !format.notes.contains($0) },
      explanation: prepared.explanation)
  }

  /// How threads share a file; nil: one does it all.
  private func division(
    of member: ChainPool.Member, frames: Int64, tailFrames: Int, threads: Int
  ) throws -> WorkDivision? {
    let chain = member.chain
    var division = WorkDivision.Settings(threads: threads, expectedFrames: Int(frames), tailFrames: tailFrames)
    // Copies count against the limits on memory, too.
    division.maximumCopies = min(
      settings.chain.maximumMemoryBytes / max(1, chain.memoryBytes),
      settings.chain.maximumStateBytes / max(1, chain.stateBytes))
    division.chunkFrames = settings.chunkFrames
    return try WorkDivision(member.crew, division)
  }

  /// The output's container: from the settings, or the output's extension, or the input where it goes to a pipe.
  /// - Throws: `ProcessingError.unknownExtension`.
  private func container(for output: String, of info: AudioFileInfo) throws -> AudioContainer {
    let isPiped = output == standardStreamPath
    let implied = isPiped ? info.container ?? .wav : AudioContainer(fileExtension: fileExtension(of: output))
    guard let container = settings.container ?? implied else { throw ProcessingError.unknownExtension(path: output) }
    return container
  }

  /// Makes the sample rates of file and chain meet: the chain to run, the ratio to resample by, and a note about it.
  /// - Throws: `ProcessingError.sampleRate`, `.resampling`, `.stretching`.
  private func meeting(_ info: AudioFileInfo) throws -> (chain: Chain, ratio: RateRatio?, note: String?) {
    let actual = info.sampleRateHz
    guard let rate = chain.sampleRateHz, rate != actual else { return (chain, nil, nil) }
    switch settings.ratePolicy {
    case .refuse:
      throw ProcessingError.sampleRate(path: info.path, expectedHz: rate, actualHz: actual, chain: chain.label)
    case .resample:
      do {
        return (chain, try RateRatio(from: actual, to: rate), "resampled \(actual) → \(rate) → \(actual) Hz")
      } catch {
        throw ProcessingError.resampling(path: info.path, chain: chain.label, reason: error)
      }
    case .dilate:
      do {
        return (
          try chain.stretched(toHz: actual), nil,
          "dilations stretched \(actual / rate) times for \(actual) Hz: the same sound below \(rate / 2) Hz with less "
            + "aliasing, and above it a mirror image of the response below"
        )
      } catch {
        throw ProcessingError.stretching(path: info.path, chain: chain.label, reason: error)
      }
    }
  }

  /// Opens an audio file. Input from a pipe is copied into a temporary file first.
  private func open(_ input: String, _ cancellation: Cancellation) throws -> Signal {
    var reading = SignalSettings()
    reading.reading = .recordings
    reading.maximumChannels = settings.maximumChannels
    reading.truncated = settings.truncated
    reading.nonFinite = settings.chain.nonFinite
    do {
      return try Signal.open(input, settings: reading, cancellation: cancellation)
    } catch is CancellationError {
      throw ProcessingError.cancelled(path: input == standardStreamPath ? StandardStream.input : input)
    }
  }

  private func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
  }
}
