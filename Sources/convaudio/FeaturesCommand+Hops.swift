import ArgumentParser
import ByteFiles
import ConvAudioKit

extension FeaturesCommand {
  /// The transform that the options describe, with presets loaded.
  private func hopTransform(_ kind: FeatureTransform) throws -> HopTransform {
    if let output = kind.spectral { return .spectral(try spectral.choice(output, series)) }
    let windows = HopTransform.Windows(window: series.window, hop: series.hop)
    return switch kind {
    case .scattering: .scattering(try scattering.settings())
    case .stack: .stack(try windowed.stack(windows))
    default: .statistics(try windowed.statistics(windows))
    }
  }

  /// Processes every input hop by hop and writes rows as they come.
  func followHops(_ kind: FeatureTransform, _ format: FeatureOutput.Format) throws {
    var extraction = HopExtraction(try hopTransform(kind))
    extraction.times = hops.timestamps
    extraction.input = signals.settings(missing: series.missing)
    if let plot = hops.plot { try ReplacingFile.check(path: plot, mayReplace: force) }
    let inputs = try HopExtraction.signals(of: inputs)
    let interruption = Interruption.install()
    let progress = ProgressLine(isShown: !quiet && output != "-")
    var rows = HopRowWriter(self, format, hasFiles: inputs.count > 1, cancellation: interruption.cancellation)
    do {
      defer { progress.clear() }
      try extraction.run(
        inputs, threads: series.threads, note: { if !quiet { printError($0) } },
        progress: { progress.draw("\($0 == "-" ? "standard input" : $0): \($1) frames") },
        cancellation: interruption.cancellation, row: { try rows.write($0, of: $1) })
      progress.clear()
      try rows.finish()
    } catch ByteFileError.readerClosed {
      // The reader wanted only the beginning.
    } catch  where interruption.isRequested {
      // An interrupted input looks like one that ended too early. Rows of text already written to a pipe are complete.
      if output == "-", format == .csv || format == .tsv { return }
      printError("\(output): was interrupted; nothing was written.")
      throw interruption.exitCode
    }
  }
}

/// The outputs of a run: the rows and their picture. Created with the first row, which gives the number of columns.
private struct HopRowWriter {
  private let command: FeaturesCommand
  private let format: FeatureOutput.Format
  /// Whether each row names its input.
  private let hasFiles: Bool
  private let cancellation: Cancellation
  private var output: FeatureOutput?
  private var plot: FeaturePlot?
  private var names: [String] = []
  private var count = 0

  init(_ command: FeaturesCommand, _ format: FeatureOutput.Format, hasFiles: Bool, cancellation: Cancellation) {
    (self.command, self.format, self.hasFiles, self.cancellation) = (command, format, hasFiles, cancellation)
  }

  mutating func write(_ row: HopExtraction.Row, of input: String) throws {
    if output == nil {
      names = row.names
      output = try FeatureOutput(
        path: command.output, format: format, names: names, hasLabels: hasFiles, labelName: "file",
        hasTimes: command.hops.timestamps != .none, mayReplace: command.force, cancellation: cancellation)
      if command.hops.plot != nil { plot = FeaturePlot(columns: names.count) }
    }
    guard row.values.count == names.count else {
      throw CommandError(
        "\(input): gives \(row.values.count) columns, expected \(names.count), as the first input; channels or rates differ; --mono makes them one channel."
      )
    }
    count += 1
    plot?.add(row.values)
    try output?.write(row: row.values, time: row.time, label: hasFiles ? input : nil)
  }

  func finish() throws {
    try output?.finish()
    if let path = command.hops.plot { try plot?.write(to: path, mayReplace: command.force) }
    if !command.quiet, command.output != "-" {
      writeToStandardOutput("\(count) rows × \(names.count) features\n")
    }
  }
}
