import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// Ten thousand broken copies of a valid file. Each one must give an error or a valid value, quickly, and never crash.
@Suite("Broken files")
struct MutationTests {
  static let seed: UInt64 = 0xC0FFEE
  static let count = 10_000

  /// Numbers that overflow something.
  static let hugeNumbers = [
    "18446744073709551615", "18446744073709551616", "9223372036854775807", "9223372036854775808", "4294967296",
    "2147483648", "1152921504606846976", "16777216", "65536", "4096", "1e308", "1e999", "-1", "0", "0.5",
  ].map { Array($0.utf8) }

  /// Makes one to three changes: flips a byte, truncates the end, replaces a number, removes or duplicates a piece.
  static func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 3: bytes.removeSubrange(place...)
      case 4: bytes.removeSubrange(place..<end)
      case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
      default:
        guard let start = bytes[place...].firstIndex(where: isDigit) else { continue }
        let after = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<after, with: hugeNumbers.randomElement(using: &random)!)
      }
    }
    return bytes
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  // MARK: What must be true of an accepted value

  /// Every tensor lies within the data, and has the number of bytes of its shape.
  static func isSound(_ file: TensorFile) -> Bool {
    file.tensors.values.allSatisfy { tensor in
      guard tensor.range.lowerBound >= 0, tensor.range.upperBound <= tensor.storage.count else { return false }
      guard let bits = StoredTensor.elementBits(tensor.typeName) else { return true }
      return tensor.shape.allSatisfy { $0 >= 0 } && tensor.shape.reduce(bits, *) == 8 * tensor.range.count
    }
  }

  static func isSound(_ preset: Preset) -> Bool {
    guard !preset.name.isEmpty, preset.sampleRateHz ?? 1 > 0 else { return false }
    return preset.stages.allSatisfy { stage in
      guard case .waveNet(let network) = stage else { return false }
      let layers = network.arrays.flatMap(\.layers)
      let widths = network.arrays.flatMap { [$0.channels, $0.skipWidth, $0.headChannels] }
      return !network.arrays.isEmpty && network.headScale.isFinite
        && network.arrays.allSatisfy { !$0.layers.isEmpty && $0.channels.isMultiple(of: $0.groups) }
        && (1...1024).contains(layers.count) && layers.allSatisfy { $0.kernelSize >= 1 && $0.dilation >= 1 }
        && widths.allSatisfy((1...4096).contains) && (0...(1 << 28)).contains(network.historyFrames)
        && zip(network.arrays, network.arrays.dropFirst()).allSatisfy { $0.headChannels == $1.skipWidth }
        && network.expectedTensors().allSatisfy { $0.shape.allSatisfy { $0 > 0 } }
        && !network.weightsPath.split(separator: "/").contains("..")
    }
  }

  // MARK: The runs

  @Test("ten thousand broken safetensors give errors or valid values")
  func tensors() {
    let network = WaveNetDescription(
      weightsPath: "w",
      arrays: [WaveNetArray(channels: 2, layers: [WaveNetLayer(kernelSize: 2, dilation: 1)], headChannels: 1)])
    let good = numberedWeights(for: network).serialized()
    let headerEnd = 8 + Int(good[0]) + Int(good[1]) << 8
    var random = SplitMix64(seed: Self.seed)
    var accepted = 0
    var fitting = 0
    for run in 0..<Self.count {
      // Every other time the header length is corrected, so that the faults after it are reached.
      let bytes: [UInt8]
      if run.isMultiple(of: 2) {
        bytes = Self.mutate(good, &random)
      } else {
        let header = Self.mutate(Array(good[8..<headerEnd]), &random)
        bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + good[headerEnd...]
      }
      do throws(ModelFormatError) {
        let file = try TensorFile(bytes: bytes, path: "w")
        accepted += 1
        guard Self.isSound(file) else {
          Issue.record("an invalid value: seed \(Self.seed), run \(run)")
          return
        }
        for (_, tensor) in file.tensors { _ = tensor.values }
        let again = try TensorFile(bytes: file.serialized(), path: "w")
        #expect(again == file, "seed \(Self.seed), run \(run)")
        _ = try network.readWeights(from: file)
        fitting += 1
      } catch {
        #expect(error.description.utf8.count < 2000)
      }
    }
    // A run that rejects or accepts everything would not test anything.
    #expect(accepted > Self.count / 50 && accepted < Self.count / 2, "\(accepted) accepted")
    #expect(fitting > 0 && fitting < accepted, "\(fitting) fitting")
  }

  @Test("ten thousand broken presets give errors or valid values")
  func presets() {
    let good = Array(fullPresetJSON.utf8)
    var random = SplitMix64(seed: Self.seed)
    var accepted = 0
    for run in 0..<Self.count {
      do throws(ModelFormatError) {
        let preset = try Preset(json: Self.mutate(good, &random), path: "p.json")
        accepted += 1
        guard Self.isSound(preset) else {
          Issue.record("an invalid value: seed \(Self.seed), run \(run)")
          return
        }
      } catch {
        #expect(error.description.utf8.count < 2000)
      }
    }
    #expect(accepted > Self.count / 100 && accepted < Self.count / 2, "\(accepted) accepted")
  }

  // MARK: The checks above can fail

  @Test("a tensor that claims more than its bytes is found to be invalid")
  func unsoundTensors() {
    func lying(_ shape: [Int], _ range: Range<Int>) -> TensorFile {
      TensorFile(tensors: [
        "a": StoredTensor(typeName: "F32", shape: shape, storage: [0, 0, 0, 0], range: range)
      ])
    }
    #expect(Self.isSound(lying([1], 0..<4)))
    #expect(!Self.isSound(lying([2], 0..<4)))
    #expect(!Self.isSound(lying([2], 0..<8)))
    #expect(!Self.isSound(lying([-1], 0..<4)))
  }

  @Test("a network beyond the limits is found to be invalid")
  func unsoundPresets() {
    func preset(_ change: (inout WaveNetDescription) -> Void) -> Preset {
      var network = fullNetwork
      change(&network)
      return Preset(name: "n", description: "", stages: [.waveNet(network)])
    }
    #expect(Self.isSound(preset { _ in }))
    #expect(!Self.isSound(preset { $0.arrays = [] }))
    #expect(!Self.isSound(preset { $0.arrays[0].channels = 4097 }))
    #expect(!Self.isSound(preset { $0.arrays[0].groups = 3 }))
    #expect(!Self.isSound(preset { $0.arrays[0].headChannels = 4 }))
    #expect(!Self.isSound(preset { $0.arrays[1].layers[0].dilation = 1 << 28 }))
    #expect(!Self.isSound(preset { $0.headScale = .infinity }))
    #expect(!Self.isSound(preset { $0.weightsPath = "../w" }))
  }

  @Test("a reader without checks would crash here")
  func crash() async {
    // The most frequent fault among the mutations, without the check that rejects it.
    await #expect(processExitsWith: .failure) {
      _ = StoredTensor(typeName: "F32", shape: [2], storage: [0, 0, 0, 0], range: 0..<8).values
    }
  }
}
