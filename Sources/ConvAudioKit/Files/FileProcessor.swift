import AudioFiles
import ByteFiles
import Convolution
import ModelFormats
import Resampling
import StreamingConvolution

/// What was done to one file.
public struct ProcessingReport: Sendable {
  /// The input's path, or `standard input`.
  public let input: String
  /// The output's path, or `standard output`.
  public let output: String
  /// Frames written.
  public let frames: Int64
  /// Channels written.
  public let channels: Int
  /// Frames a second.
  public let sampleRateHz: Int
  /// The output's container and sample format, to print.
  public let format: String
  /// Seconds of sound.
  public var durationSeconds: Double { Double(frames) / Double(sampleRateHz) }
  /// Seconds that processing took, reading and writing included.
  public let elapsedSeconds: Double
  /// Seconds of sound in a second of processing.
  public var timesRealTime: Double { durationSeconds / max(elapsedSeconds, 1e-9) }
  /// Largest absolute sample before it was written; NaN and infinities left out.
  public let peak: Float
  /// Samples that were beyond full scale and had to be clamped.
  public let clippedSamples: Int
  /// Samples of the input that were NaN or infinite.
  public let nonFiniteInputSamples: Int
  /// Samples of the output that were NaN or infinite before they were written; integer formats hold 0 for NaN.
  public let nonFiniteOutputSamples: Int
  /// Sentences about what was changed on the way.
  public let notes: [String]
  /// How convolutions with impulse responses were computed and why, a sentence each.
  public let explanation: [String]
}

/// Where a run stands.
public struct ProcessingProgress: Sendable {
  /// Frames done so far.
  public let frames: Int64
  /// Frames of the whole file.
  public let totalFrames: Int64
  /// Frames a second.
  public let sampleRateHz: Int
}

/// Runs audio files through a preset.
///
/// Files stream through in blocks, so memory does not grow with their length. A file of another rate than the preset's is
/// brought to that and back (`ProcessingSettings.ratePolicy`); the output has the input's rate and length in any case, and
/// the tail behind it, rounded up to whole frames. The output appears under its name only when it is complete.
public struct FileProcessor: Sendable {
  /// What the files go through.
  public let preset: Chain
  /// How.
  public let settings: ProcessingSettings

  private let pool = ChainPool()

  /// Frames that are read, processed and written at once.
  static let blockFrames = 2048

  /// A processor of files with these settings.
  public init(preset: Chain, settings: ProcessingSettings = ProcessingSettings()) {
    self.preset = preset
    self.settings = settings
  }

  /// The name that an output has when none is given: `in.dilated-stack.wav` for `in.wav`, in the folder `folder`, or
  /// beside the input. `-` for `-`, and `stdin.dilated-stack.wav` in a folder.
  public func defaultOutput(for input: String, in folder: String? = nil) -> String {
    OutputNaming(folder: folder, container: settings.container).path(for: input, through: preset.name)
  }

  /// Processes one file.
  ///
  /// - Parameters:
  ///   - input: Any format that `AudioFiles` reads. `-` is standard input, which goes into a temporary file first.
  ///   - output: The file to make. `-` is standard output, to which the file goes when it is complete, in the input's
  ///     container unless the settings name one.
  ///   - progress: Called after every block, on this thread.
  ///   - cancellation: Asked before every block.
  /// - Returns: What was done.
  /// - Throws: `AudioFileError`, `ByteFileError`, `ProcessingError`, `PresetLookupError`. Nothing is left behind then.
  public func process(
    _ input: String, to output: String, progress: (ProcessingProgress) -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> ProcessingReport {
    let start = ContinuousClock.now
    let isPipedOut = output == standardStreamPath
    if !isPipedOut { try ReplacingFile.check(path: output, mayReplace: settings.replacesExisting) }
    let reader = try openReader(input, cancellation: cancellation)
    let info = reader.info
    guard info.frames > 0 else { throw ProcessingError.empty(path: info.path) }
    let (preset, ratio, rateNote) = try meeting(info)
    let implied = isPipedOut ? info.container ?? .wav : AudioContainer(fileExtension: fileExtension(of: output))
    guard let container = settings.container ?? implied else {
      throw ProcessingError.unknownExtension(path: output)
    }
    let outputName = isPipedOut ? "standard output" : output
    let signal = ChainPool.Signal(channels: info.channels, sampleRateHz: info.sampleRateHz)
    let chain = try pool.take(for: signal) {
      try settings.sound.makeChain(
        preset, input: info.path, channels: info.channels, maximumBlockFrames: Self.blockFrames,
        sampleRateHz: info.sampleRateHz, latency: .cheapest)
    }
    let processor = chain.processor
    let tail = settings.sound.tail.frames(of: chain)
    let tailFrames = ratio?.inverse.coveringOutputFrames(for: Int64(tail)) ?? Int64(tail)
    let format: AudioOutputFormat
    do {
      format = try AudioOutputFormat.choose(
        container: container, source: info, bitDepth: settings.bitDepth, expectedFrames: info.frames + tailFrames,
        channels: processor.outputChannels,
        processed: !preset.stages.isEmpty || settings.sound.changesLevels || ratio != nil, dither: settings.dithers)
    } catch {
      throw ProcessingError.format(path: outputName, reason: error)
    }
    let file = try pendingOutput(output, mayReplace: settings.replacesExisting, cancellation: cancellation)
    let writer: AudioFileWriter
    let source = InspectedSource(reader, channels: info.channels, policy: settings.sound.nonFinite)
    let sink: MeteredSink
    do {
      writer = try AudioFileWriter(
        path: file.temporaryPath, format: format, sampleRateHz: info.sampleRateHz, channels: format.channels,
        text: info.text, dither: format.needsDither)
      sink = MeteredSink(writer)
      let resampled = try ratio.map { try ResampledEnds(source, sink, processor, ratio: $0) }
      var run = SignalRun(
        processor: processor, from: resampled?.source ?? source, to: resampled?.sink ?? sink, tailFrames: tail)
      while try run.step() || run.flush() {
        progress(
          ProcessingProgress(frames: reader.framesRead, totalFrames: info.frames, sampleRateHz: info.sampleRateHz))
        if cancellation.isRequested { throw ProcessingError.cancelled(path: info.path) }
      }
      try run.finish()
      try resampled?.sink.finish(totalFrames: reader.framesRead + tailFrames)
      try writer.finish()
    } catch let reason as ResamplingError {
      throw ProcessingError.resampling(path: info.path, preset: preset.name, reason: reason)
    } catch AudioFileError.writeFailed(path: _, let reason) {
      // The user knows the file by its final name.
      throw file.failure(reason: reason)
    }
    try file.commit()
    pool.giveBack(chain, for: signal)
    return ProcessingReport(
      input: info.path, output: outputName, frames: writer.framesWritten, channels: format.channels,
      sampleRateHz: info.sampleRateHz, format: "\(container.displayName), \(format.encoding.summary)",
      elapsedSeconds: (ContinuousClock.now - start).inSeconds, peak: sink.peak,
      clippedSamples: writer.clippedSamples, nonFiniteInputSamples: source.nonFiniteSamples,
      nonFiniteOutputSamples: writer.nonFiniteSamples,
      notes: [rateNote].compactMap { $0 } + chain.notes + reader.notes + format.notes
        + writer.notes.filter { !format.notes.contains($0) },
      explanation: chain.explanation)
  }

  /// Brings file and preset together where their rates differ: the preset to run, the way from the file's rate to it, and
  /// a sentence about that.
  /// - Throws: `ProcessingError.sampleRate`, `.resampling`, `.stretching`.
  private func meeting(_ info: AudioFileInfo) throws -> (preset: Chain, ratio: RateRatio?, note: String?) {
    let actual = info.sampleRateHz
    guard let rate = preset.preset.sampleRateHz, rate != actual else { return (preset, nil, nil) }
    switch settings.ratePolicy {
    case .refuse:
      throw ProcessingError.sampleRate(path: info.path, expectedHz: rate, actualHz: actual, preset: preset.name)
    case .resample:
      do {
        return (preset, try RateRatio(from: actual, to: rate), "resampled \(actual) → \(rate) → \(actual) Hz")
      } catch {
        throw ProcessingError.resampling(path: info.path, preset: preset.name, reason: error)
      }
    case .dilate:
      do {
        return (
          try preset.stretched(toHz: actual), nil,
          "dilations \(actual / rate) times as long for \(actual) Hz: the same sound below \(rate / 2) Hz with less "
            + "aliasing, and above it the mirror image of the preset's response"
        )
      } catch {
        throw ProcessingError.stretching(path: info.path, preset: preset.name, reason: error)
      }
    }
  }

  /// Opens a file, or what standard input has, which goes into a file first. That loses its name when it is open.
  private func openReader(_ input: String, cancellation: Cancellation) throws -> AudioFileReader {
    guard input == standardStreamPath else {
      return try AudioFileReader(path: input, maximumChannels: settings.maximumChannels)
    }
    let pipe = ByteFile.standardInput(cancellation)
    let spool = try SpooledFile()
    do {
      try spool.fill(cancellation: cancellation, from: pipe.read(into:))
    } catch is CancellationError {
      throw ProcessingError.cancelled(path: pipe.name)
    }
    return try withExtendedLifetime(spool) {
      try AudioFileReader(path: spool.path, name: pipe.name, maximumChannels: settings.maximumChannels)
    }
  }

  private func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
  }
}

extension Duration {
  /// The same as a number of seconds.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
