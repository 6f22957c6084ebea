import AudioFiles
import ConvAudioKit
import Foundation

/// Everything that takes a signal, made so that it gives back the frames that it got, interleaved.
enum Consumer: String, CaseIterable {
  case process, stream, hops, windows, series

  /// - Parameters:
  ///   - path: A file, a FIFO, or `-`.
  ///   - settings: Settings of the input, as far as the consumer has them.
  func frames(of path: String, _ settings: SignalSettings, folder: String) throws -> [Float] {
    switch self {
    case .process: try Self.processed(path, settings, folder: folder)
    case .stream: try Self.streamed(path, settings)
    case .hops: try Self.hopped(path, settings)
    case .windows: try Self.slid(path, settings)
    case .series: try Self.collected(path, settings)
    }
  }

  private static func processed(_ path: String, _ signal: SignalSettings, folder: String) throws -> [Float] {
    var settings = ProcessingSettings()
    settings.bitDepth = .float
    settings.replacesExisting = true
    settings.chain.nonFinite = signal.nonFinite
    let output = folder + "/processed.wav"
    _ = try FileProcessor(chain: try Chain(name: "empty", stages: []), settings: settings).process(path, to: output)
    let reader = try AudioFileReader(path: output)
    var block = [Float](repeating: 0, count: Int(reader.info.frames) * reader.info.channels)
    let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
    return Array(block.prefix(frames * reader.info.channels))
  }

  private static func streamed(_ path: String, _ signal: SignalSettings) throws -> [Float] {
    var settings = StreamSettings()
    settings.format = signal.format
    settings.outputFormat = .f32le
    settings.sampleRateHz = signal.sampleRateHz
    settings.channels = signal.channels
    settings.missing = signal.missing ?? .error
    settings.header = signal.header
    settings.chain.nonFinite = signal.nonFinite
    let descriptor = path == "-" ? dup(0) : open(path, O_RDONLY)
    defer { close(descriptor) }
    let source = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    var bytes: [UInt8] = []
    try StreamRunner(chain: try Chain(name: "empty", stages: []), settings: settings).run(
      inputName: path,
      read: { buffer in
        let data = try source.read(upToCount: min(700, buffer.count)) ?? Data()
        buffer.copyBytes(from: data)
        return data.count
      },
      write: { bytes += $0 })
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// The mean of a window of one frame is the frame.
  private static func hopped(_ path: String, _ settings: SignalSettings) throws -> [Float] {
    let one = HopTransform.Windows(window: WindowLength("1"), hop: WindowLength("1"))
    var extraction = HopExtraction(.statistics(HopTransform.StatisticsChoice(windows: one)))
    extraction.input = settings
    var frames: [Float] = []
    try extraction.run(path) { row in
      frames += zip(row.names, row.values).filter { $0.0.hasSuffix("mean") }.map(\.1)
    }
    return frames
  }

  private static func slid(_ path: String, _ settings: SignalSettings) throws -> [Float] {
    let signal = try Signal.open(path, settings: settings)
    var frames: [Float] = []
    try signal.slide(Identity(channels: signal.channels), window: WindowLength("1")!, hop: nil) { row, _ in
      frames += row.values
    }
    return frames
  }

  private static func collected(_ path: String, _ signal: SignalSettings) throws -> [Float] {
    var settings = SeriesInput.Settings()
    settings.missing = MissingValues(rawValue: signal.missing?.rawValue ?? "error")!
    settings.signal = signal
    let (series, _) = try SeriesInput(paths: [path], settings: settings).all()
    // Several series follow each other.
    return (0..<series.count).flatMap { index in
      let channels = series[index]
      return (0..<channels[0].count).flatMap { frame in channels.map { $0[frame] } }
    }
  }
}

/// The features of a series are its points: of a window of one frame, the frame.
private struct Identity: SeriesTransform {
  let channels: Int
  var featureCount: Int { channels }
  var shortSeries = ShortSeriesPolicy.pad
  func featureName(_ index: Int) -> String { "channel\(index)" }
  func write(_ series: SeriesView, to row: UnsafeMutablePointer<Float>, scratch: FeatureScratch) {
    for channel in 0..<channels { row[channel] = series.base[channel * series.pitch] }
  }
}

/// Where two runs of frames differ, in a sentence; nil where they do not, bit for bit.
func difference(_ expected: [Float], _ actual: [Float]) -> String? {
  guard expected.count == actual.count else { return "\(actual.count) samples, expected \(expected.count)" }
  let place = zip(expected, actual).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  return place.map { "sample \($0.offset) is \($0.element.1), expected \($0.element.0)" }
}
