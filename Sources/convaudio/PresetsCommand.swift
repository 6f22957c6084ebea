import ArgumentParser
import ConvAudioKit
import ModelFormats

struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets",
    abstract: "List the presets.",
    discussion: """
      Looks in the folders in CONVAUDIO_PRESETS (separated by colons), in the package's Presets folder, and in \
      share/convaudio/presets of an installation.
      """)

  func run() throws {
    let library = PresetLibrary.standard
    let names = library.names()
    var hasFailed = false
    let width = names.map(\.count).max() ?? 0
    for name in names {
      do {
        let preset = try Preset(contentsOf: library.path(of: name))
        printLine(name + String(repeating: " ", count: width - name.count) + "  " + preset.description)
      } catch {
        printError(sentence(for: error))
        hasFailed = true
      }
    }
    if names.isEmpty { printError("no presets were found; set CONVAUDIO_PRESETS to a folder of presets.") }
    if hasFailed || names.isEmpty { throw ExitCode.failure }
  }
}
