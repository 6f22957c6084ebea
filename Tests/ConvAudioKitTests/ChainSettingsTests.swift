import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// One settings value, which files, streams and blocks in memory pass on whole.
@Suite struct ChainSettingsTests {
  /// A setting, and a change of it that must be noticed.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let change: @Sendable (inout ChainSettings) -> Void
    var testDescription: String { name }
  }

  static let rows = [
    Row(name: "gainInDecibels") { $0.gainInDecibels = -6 },
    Row(name: "gainOutDecibels") { $0.gainOutDecibels = -6 },
    Row(name: "mix") { $0.mix = 0.5 },
    Row(name: "nonFinite") { $0.nonFinite = .zero },
    Row(name: "tail") { $0.tail = .cut },
    Row(name: "latency") { $0.latency = .frames(64) },
    Row(name: "maximumMemoryBytes") { $0.maximumMemoryBytes = 1000 },
    Row(name: "maximumStateBytes") { $0.maximumStateBytes = 100 },
    Row(name: "costs") { $0.costs.name = "another table" },
  ]

  @Test("A new setting needs a row here")
  func complete() {
    let names = Mirror(reflecting: ChainSettings()).children.compactMap(\.label)
    #expect(Set(names) == Set(Self.rows.map(\.name)) && names.count == Self.rows.count)
  }

  @Test("Every setting reaches files and streams: the output, the explanation or an error changes", arguments: rows)
  func reached(_ row: Row) throws {
    let folder = try AudioFolder()
    let network = try Chain(preset: TinyPreset().write(into: folder.directory.url))
    let chain = try network.followed(by: ConvAudioKitTests.chain(responses(1, frames: 300)))
    var input = Signals.noise(frames: 1000)
    // Through transforms one NaN would spoil the whole output, and hide every other change.
    if row.name == "nonFinite" { input[500] = .nan }
    var changed = ChainSettings()
    row.change(&changed)

    try folder.write("in.wav", [input])
    func file(_ settings: ChainSettings) -> String {
      var all = ProcessingSettings()
      (all.chain, all.replacesExisting) = (settings, true)
      do {
        let report = try FileProcessor(chain: chain, settings: all).process(
          folder.path("in.wav"), to: folder.path("out.wav"))
        let samples = try Data(contentsOf: URL(fileURLWithPath: folder.path("out.wav"))).base64EncodedString()
        return report.explanation.joined() + samples
      } catch {
        return "\(error)"
      }
    }
    let (same, isChanged) = (file(ChainSettings()) == file(ChainSettings()), file(changed) != file(ChainSettings()))
    #expect(same && isChanged)

    func stream(_ settings: ChainSettings) -> String {
      var all = StreamSettings()
      (all.chain, all.format, all.sampleRateHz, all.channels) = (settings, .f32le, 48_000, 1)
      var rest = input.withUnsafeBytes { Array($0) }[...]
      var (written, explanation): ([UInt8], String) = ([], "")
      do {
        try StreamRunner(chain: chain, settings: all).run(
          explain: { explanation += $0 },
          read: { buffer in
            let piece = rest.prefix(buffer.count)
            rest = rest.dropFirst(piece.count)
            buffer.copyBytes(from: piece)
            return piece.count
          }, write: { written += $0 })
      } catch {
        return "\(error)"
      }
      return explanation + Data(written).base64EncodedString()
    }
    let (streamsSame, isStreamChanged) = (
      stream(ChainSettings()) == stream(ChainSettings()), stream(changed) != stream(ChainSettings())
    )
    #expect(streamsSame && isStreamChanged)
  }
}
