import Convolution
import Foundation
import ModelFormats
import ReferenceConvolution
import Testing

@testable import ConvAudioKit

/// Compares the kernels' list of activations (`Activations.h`) with every other place that names them. Inside one type the
/// compiler finds a forgotten case; these tests find a type, a file format or a page that lacks a function.
@Suite("One list of activations")
struct ActivationListTests {
  private static let kernels = Set(Activation.all.map(\.name))
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test("the reference defines each of them and no other")
  func reference() {
    #expect(Set(ReferenceActivation.Kind.allCases.map(\.rawValue)) == Self.kernels)
  }

  @Test("a preset can name each of them, and PReLU")
  func presets() {
    #expect(Set(ActivationDescription.names) == Self.kernels.union(["prelu"]))
    for name in ActivationName.allCases { #expect(Activation(name).name == name.rawValue) }
    for gate in GateDescription.allCases { #expect(Activation(gate).name == gate.rawValue) }
    #expect(Activation(ActivationDescription.prelu(slopes: [1, 2])) == .prelu(slopes: [1, 2]))
    #expect(Activation(ActivationDescription.leakyReLU(negativeSlope: 0.5)) == .leakyReLU(slope: 0.5))
  }

  @Test("the functions of .nam files are functions of the kernels")
  func namFiles() {
    for plain in NAMActivation.Plain.allCases { #expect(Activation(plain.name).name == "\(plain)") }
  }

  @Test("the schema allows the same names")
  func schema() throws {
    let schema = try JSONSerialization.jsonObject(with: Data(text("Presets/preset.schema.json").utf8))
    let definitions = try #require((schema as? [String: Any])?["$defs"] as? [String: Any])
    let names = try #require((definitions["activationName"] as? [String: Any])?["enum"] as? [String])
    #expect(names.count == Set(names).count)
    // PReLU is not among them: it always has slopes, which the schema describes beside them.
    #expect(Set(names) == Self.kernels)
  }

  @Test("the page about presets names them in its table")
  func page() throws {
    let lines = try text("Presets/README.md").split(separator: "\n")
    let row = try #require(lines.first { $0.hasPrefix("| `activation` |") })
    #expect(Self.kernels.union(["prelu"]).subtracting(row.split { !$0.isLetter }.map(String.init)) == [])
  }

  @Test("the tool that writes .nam files translates names as the reader does")
  func tool() throws {
    let source = try text("Tools/nam/preset_to_nam.py")
    let table = try #require(source.firstMatch(of: /ACTIVATIONS = \{([^}]*)\}/)).1
    let pairs = table.matches(of: /"(\w+)": "(\w+)"/).map { (String($0.1), String($0.2)) }
    #expect(pairs.count >= 7)
    for (preset, nam) in pairs where nam != "Hardtanh" {
      #expect(NAMActivation.Plain(rawValue: nam)?.name.rawValue == preset)
    }
  }
}
