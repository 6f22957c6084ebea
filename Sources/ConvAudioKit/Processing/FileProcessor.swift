import AudioFiles
import Convolution
import ModelFormats
import StreamingConvolution

/// What happens to samples that are NaN or infinite in the input.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// They go where the mathematics takes them.
  case keep
  /// They become 0.
  case zero
  /// The file is refused.
  case error
}

/// How files are processed: everything but the names of the files.
public struct ProcessingSettings: Sendable {
  /// Decibels before the preset.
  public var gainInDecibels: Float = 0
  /// Decibels behind the preset.
  public var gainOutDecibels: Float = 0
  /// Share of the processed signal, 0 … 1.
  public var mix: Float = 1
  /// The output's container; nil: by the output's extension.
  public var container: AudioContainer?
  /// The output's sample format; nil: the input's.
  public var bitDepth: BitDepth?
  /// Whether TPDF dither is added where depth is reduced.
  public var dithers = true
  /// Whether an existing output is replaced.
  public var replacesExisting = false
  /// More channels are refused.
  public var maximumChannels = 64
  /// NaN and infinities in the input.
  public var nonFinite = NonFinitePolicy.keep

  /// The defaults above.
  public init() {}

  /// Whether samples change although there are no stages.
  var changesLevels: Bool { gainInDecibels != 0 || gainOutDecibels != 0 }
}

/// What was done to one file.
public struct ProcessingReport: Sendable {
  /// The input's path.
  public let input: String
  /// The output's path.
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
}

/// Why a file cannot be processed.
public enum ProcessingError: Error, Equatable, Sendable {
  /// The file has another rate than the preset was made for.
  case sampleRate(path: String, expectedHz: Int, actualHz: Int, preset: String)
  /// There is nothing to process.
  case empty(path: String)
  /// The input has NaN or infinities, and the settings refuse them.
  case nonFinite(path: String, frame: Int64)
  /// The extension names no container.
  case unknownExtension(path: String)
  /// The file has other channels than the preset takes.
  case channels(path: String, expected: Int, actual: Int, preset: String)
  /// The output's container cannot hold what was asked for.
  case format(path: String, reason: AudioFileError)
  /// What is mixed or adjusted must keep its channels.
  case channelsChange(preset: String, expected: Int, actual: Int)
  /// Somebody asked to stop.
  case cancelled(path: String)
}

extension ProcessingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sampleRate(let path, let expected, let actual, let preset):
      "\(path): has a sample rate of \(actual) Hz, but preset \(preset) was made for \(expected) Hz; "
        + "convert it first, for example with sox \(shellQuoted(path)) -r \(expected) converted.wav."
    case .empty(let path): "\(path): has no frames, expected at least one."
    case .nonFinite(let path, let frame):
      "\(path): has a sample that is NaN or infinite at frame \(frame); --non-finite zero or keep lets it through."
    case .unknownExtension(let path):
      "\(path): its extension names no format; expected wav, rf64, w64, aiff, caf, au, flac, ogg, opus or mp3, or --format."
    case .channels(let path, let expected, let actual, let preset):
      "\(path): has \(actual == 1 ? "1 channel" : "\(actual) channels"), but preset \(preset) takes \(expected)."
    case .format(let path, let reason): "\(path): \(reason)"
    case .channelsChange(let preset, let expected, let actual):
      "preset \(preset): makes \(actual) channels of \(expected), so that its input cannot be mixed with its output."
    case .cancelled(let path): "\(path): interrupted; nothing was written."
    }
  }
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
/// Files stream through in blocks, so memory does not grow with their length. The output appears under its name only
/// when it is complete.
public struct FileProcessor: Sendable {
  /// What the files go through.
  public let preset: LoadedPreset
  /// How.
  public let settings: ProcessingSettings

  /// Frames that are read, processed and written at once.
  static let blockFrames = 2048

  /// A processor of files with these settings.
  public init(preset: LoadedPreset, settings: ProcessingSettings = ProcessingSettings()) {
    self.preset = preset
    self.settings = settings
  }

  /// The name that an output has when none is given: `in.dilated-stack.wav` for `in.wav`, in the folder `folder`, or
  /// beside the input.
  public func defaultOutput(for input: String, in folder: String? = nil) -> String {
    let slash = input.lastIndex(of: "/")
    let inputFolder = slash.map { String(input[...$0]) } ?? ""
    let name = slash.map { String(input[input.index(after: $0)...]) } ?? input
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    let stem = dot.map { String(name[..<$0]) } ?? name
    let written = dot.map { String(name[name.index(after: $0)...]) } ?? ""
    let ending =
      settings.container?.fileExtension ?? (AudioContainer(fileExtension: written) == nil ? "wav" : written)
    return (folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? inputFolder) + "\(stem).\(preset.preset.name).\(ending)"
  }

  /// Processes one file.
  ///
  /// - Parameters:
  ///   - input: Any format that `AudioFiles` reads.
  ///   - output: The file to make.
  ///   - progress: Called after every block, on this thread.
  ///   - isCancelled: Asked before every block.
  /// - Returns: What was done.
  /// - Throws: `AudioFileError`, `OutputError`, `ProcessingError`, `PresetLookupError`. Nothing is left behind then.
  public func process(
    _ input: String, to output: String, progress: (ProcessingProgress) -> Void = { _ in },
    isCancelled: () -> Bool = { false }
  ) throws -> ProcessingReport {
    let start = ContinuousClock.now
    try ReplacingFile.check(path: output, mayReplace: settings.replacesExisting)
    let reader = try AudioFileReader(path: input, maximumChannels: settings.maximumChannels)
    let info = reader.info
    guard info.frames > 0 else { throw ProcessingError.empty(path: input) }
    if let expected = preset.preset.sampleRateHz, expected != info.sampleRateHz {
      throw ProcessingError.sampleRate(
        path: input, expectedHz: expected, actualHz: info.sampleRateHz, preset: preset.preset.name)
    }
    guard let container = settings.container ?? AudioContainer(fileExtension: fileExtension(of: output)) else {
      throw ProcessingError.unknownExtension(path: output)
    }
    let processor = try makeProcessor(for: info)
    let format: AudioOutputFormat
    do {
      format = try AudioOutputFormat.choose(
        container: container, source: info, bitDepth: settings.bitDepth,
        expectedFrames: info.frames + Int64(processor.tailFrames), channels: processor.outputChannels,
        processed: !preset.stages.isEmpty || settings.changesLevels, dither: settings.dithers)
    } catch {
      throw ProcessingError.format(path: output, reason: error)
    }
    let file = try ReplacingFile(path: output, mayReplace: settings.replacesExisting)
    let writer: AudioFileWriter
    var run: FileRun
    do {
      writer = try AudioFileWriter(
        path: file.temporaryPath, format: format, sampleRateHz: info.sampleRateHz, channels: format.channels,
        text: info.text, dither: format.needsDither)
      run = try FileRun(processor: processor, reader: reader, writer: writer, policy: settings.nonFinite)
      while try run.step() {
        progress(
          ProcessingProgress(frames: reader.framesRead, totalFrames: info.frames, sampleRateHz: info.sampleRateHz))
        if isCancelled() { throw ProcessingError.cancelled(path: input) }
      }
      try writer.finish()
    } catch AudioFileError.writeFailed(path: _, let reason) {
      // The user knows the file by its final name.
      throw AudioFileError.writeFailed(path: output, reason: reason)
    }
    try file.commit()
    return ProcessingReport(
      input: input, output: output, frames: writer.framesWritten, channels: format.channels,
      sampleRateHz: info.sampleRateHz, format: "\(container.displayName), \(format.encoding.summary)",
      elapsedSeconds: (ContinuousClock.now - start).inSeconds, peak: run.peak,
      clippedSamples: writer.clippedSamples, nonFiniteInputSamples: run.nonFiniteSamples,
      nonFiniteOutputSamples: writer.nonFiniteSamples,
      notes: reader.notes + format.notes + writer.notes.filter { !format.notes.contains($0) })
  }

  /// The preset's chain between the gains.
  private func makeProcessor(for info: AudioFileInfo) throws -> any BlockProcessor {
    let processor: any BlockProcessor
    do {
      processor = try preset.makeProcessor(channels: info.channels, maximumBlockFrames: Self.blockFrames)
    } catch PresetLookupError.channels(let name, let expected, let actual) {
      throw ProcessingError.channels(path: info.path, expected: expected, actual: actual, preset: name)
    }
    guard settings.changesLevels || settings.mix != 1 else { return processor }
    guard processor.inputChannels == processor.outputChannels else {
      throw ProcessingError.channelsChange(
        preset: preset.preset.name, expected: processor.inputChannels, actual: processor.outputChannels)
    }
    return GainAndMix(
      processor, gainIn: decibelsToFactor(settings.gainInDecibels), gainOut: decibelsToFactor(settings.gainOutDecibels),
      mix: settings.mix)
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

private func shellQuoted(_ path: String) -> String {
  "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
