import Foundation
import TestSupport
import Testing

/// The folders of `ConvAudioKit` use each other in one direction only.
@Suite struct FolderTests {
  /// The folders whose types each folder may use.
  static let allowed: [String: Set<String>] = [
    "Chains": [], "Measurement": ["Chains"], "Files": ["Chains", "Measurement"], "Streams": ["Chains", "Measurement"],
    "Features": ["Chains"], "Arrays": ["Files"],
  ]

  @Test("Chains use no other folder; files, streams, features and measurements use chains")
  func arrows() throws {
    let root = PackageFolders.root.appendingPathComponent("Sources/ConvAudioKit")
    var code: [String: String] = [:]
    for file in try #require(FileManager.default.enumerator(atPath: root.path)).compactMap({ $0 as? String })
    where file.hasSuffix(".swift") && file.contains("/") {
      let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      let lines = text.split(separator: "\n").map { $0.components(separatedBy: "//")[0] }
      code[String(file.split(separator: "/")[0]), default: ""] += lines.joined(separator: "\n") + "\n"
    }
    #expect(Set(code.keys) == Set(Self.allowed.keys))
    let types = code.mapValues { text in
      Set(
        text.matches(of: /(?m)^(?:public |package |final |indirect )*(?:struct|enum|class|protocol|typealias) (\w+)/)
          .map { String($0.output.1) })
    }
    let words = code.mapValues { text in Set(text.matches(of: /[A-Z]\w+/).map { String($0.output) }) }
    #expect(types["Chains"]?.contains("ChainSettings") == true && words["Files"]?.contains("ChainSettings") == true)
    for (folder, words) in words {
      for (other, types) in types where other != folder && !Self.allowed[folder, default: []].contains(other) {
        #expect(words.intersection(types) == [], "\(folder) uses \(other)")
      }
    }
  }
}
