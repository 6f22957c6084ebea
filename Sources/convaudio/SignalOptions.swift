import ArgumentParser
import ConvAudioKit

/// How to read signals: recordings, pipes, rows of numbers.
struct SignalOptions: ParsableArguments {
  @Option(
    help: """
      Input format. auto: files by their names; pipes as WAV, FLAC and other audio, NDJSON, or else CSV. Raw samples \
      are little-endian and interleaved. csv reads rows as frames instead of series.
      """)
  var inputFormat = InputFormat(format: nil)

  @Option(
    help: ArgumentHelp(
      "Sample rate of raw samples and rows of numbers, in Hz; recordings at another rate are resampled to it.",
      valueName: "hz"))
  var rate: Int?

  @Option(help: "Number of channels of raw samples; other inputs must have the same number.")
  var channels: Int?

  @Flag(help: "Average all channels into one.")
  var mono = false

  @Option(help: "Whether the first row of CSV input is a header; auto: if it contains no number.")
  var header: HeaderPolicy = .auto

  @Option(help: "What to do with samples that are NaN or infinite.")
  var nonFinite: NonFinitePolicy = .keep

  @OptionGroup var truncation: TruncationOptions

  func validate() throws {
    if let channels, !(1...1024).contains(channels) {
      throw ValidationError("--channels is \(channels), expected 1 to 1024.")
    }
    if let rate, !(1...Int(Int32.max)).contains(rate) {
      throw ValidationError("--rate is \(rate), expected 1 to \(Int32.max).")
    }
  }

  func settings(missing: MissingValues) -> SignalSettings {
    var settings = SignalSettings()
    settings.format = inputFormat.format
    settings.sampleRateHz = rate
    settings.resamples = true
    settings.channels = channels
    settings.maximumChannels = 1024
    settings.mixesDown = mono
    settings.missing = MissingPolicy(rawValue: missing.rawValue) ?? .error
    settings.header = header
    settings.nonFinite = nonFinite
    settings.truncated = truncation.truncated
    return settings
  }
}

extension Signal {
  /// Prints what reading changed.
  func printRemarks() { remarks.forEach { printError("\(name): \($0)") } }
}
