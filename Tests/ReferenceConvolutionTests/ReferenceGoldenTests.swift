import Foundation
import ReferenceConvolution
import TestSupport
import Testing

/// Our reference and PyTorch's float64 run are two definitions of the same networks, written apart.
@Suite("Reference against golden files")
struct ReferenceGoldenTests {
  static let cases = (try? GoldenCase.wavenets()) ?? []

  @Test("the golden files are there")
  func filesAreThere() {
    #expect(Self.cases.count == 9)
  }

  @Test("the reference equals PyTorch's double precision", arguments: Thoroughness.cases(of: cases, quick: 1), ReferencePast.allCases)
  func equalsPyTorch(_ golden: GoldenCase, _ past: ReferencePast) throws {
    let network = try GoldenNetwork(golden).network
    #expect(network.historyFrames == golden.facts.historyFrames)
    let output = network.run(try golden.input().map { $0.map(Double.init) }, past: past)
    let truth = try golden.truth(past: past.rawValue)
    #expect(output.count == truth.count)
    for (ours, theirs) in zip(output, truth) {
      #expect(rmsError(ours, theirs) < 1e-13)
    }
  }

  @Test("the other past, and a dropped bias, are seen")
  func faultsAreSeen() throws {
    let golden = try #require(Self.cases.first { $0.facts.name == "gated-kernel-2" })
    var network = try GoldenNetwork(golden).network
    let input = try golden.input().map { $0.map(Double.init) }
    let truth = try golden.truth(past: "silence")[0]
    let bound = 2 * golden.facts.float32RMSError["silence"]!
    #expect(rmsError(network.run(input, past: .silence)[0], truth) < bound)
    #expect(rmsError(network.run(input, past: .zeroHistory)[0], truth) > bound)
    let layer = network.arrays[0].layers[3].dilated
    network.arrays[0].layers[3].dilated = ReferenceCausalConvolution(
      inputChannels: layer.inputChannels, outputChannels: layer.outputChannels, kernelSize: layer.kernelSize,
      dilation: layer.dilation, weights: layer.weights)
    #expect(rmsError(network.run(input, past: .silence)[0], truth) > bound)
  }
}

/// Reads a golden preset without the library's own reader, so that neither vouches for itself. Files from our own
/// script: anything unexpected traps.
private struct GoldenNetwork {
  typealias Object = [String: Any]
  let network: ReferenceWaveNet

  init(_ golden: GoldenCase) throws {
    let tensors = try Self.tensors(golden.weights)
    let preset = try JSONSerialization.jsonObject(with: Data(contentsOf: golden.preset)) as! Object
    let stage = (preset["stages"] as! [Object])[0]
    let raw = stage["inputChannels"] as! Int

    func convolution(_ name: String, dilation: Int = 1, groups: Int = 1) -> ReferenceCausalConvolution? {
      guard let (shape, weights) = tensors[name + ".weight"] else { return nil }
      return ReferenceCausalConvolution(
        inputChannels: shape[1] * groups, outputChannels: shape[0], kernelSize: shape[2], dilation: dilation,
        groups: groups, weights: weights, bias: tensors[name + ".bias"]?.values)
    }

    let arrays = (stage["arrays"] as! [Object]).enumerated().map { i, entry in
      let layers = (entry["dilations"] as! [Int]).enumerated().map { j, dilation in
        let layer = "arrays.\(i).layers.\(j)"
        return ReferenceWaveNet.Layer(
          dilated: convolution(layer + ".dilated", dilation: dilation, groups: entry["groups"] as? Int ?? 1)!,
          mixIn: convolution(layer + ".mixIn")!, activation: Self.activation(entry["activation"]!),
          gate: entry["gate"].map(Self.activation), skip: convolution(layer + ".skip"),
          residual: convolution(layer + ".residual"))
      }
      let head = convolution("arrays.\(i).head")!
      precondition(layers[0].mixIn.inputChannels == raw)
      precondition(head.outputChannels == entry["headChannels"] as! Int)
      precondition(head.kernelSize == entry["headKernelSize"] as! Int)
      return ReferenceWaveNet.LayerArray(input: convolution("arrays.\(i).input")!, layers: layers, head: head)
    }
    let head = ((stage["head"] as? [Object]) ?? []).enumerated().map { n, entry in
      ReferenceWaveNet.HeadLayer(
        activation: Self.activation(entry["activation"]!), convolution: convolution("head.\(n)")!)
    }
    network = ReferenceWaveNet(
      arrays: arrays, headScale: Float(truncating: stage["headScale"] as! NSNumber), head: head)
  }

  private static func activation(_ value: Any) -> ReferenceActivation {
    if let object = value as? Object {
      precondition(object["type"] as! String == "leakyReLU")
      return ReferenceActivation(.leakyReLU, slopes: [Float(truncating: object["negativeSlope"] as! NSNumber)])
    }
    return ReferenceActivation(ReferenceActivation.Kind(rawValue: value as! String)!)
  }

  private static func tensors(_ url: URL) throws -> [String: (shape: [Int], values: [Float])] {
    let data = try Data(contentsOf: url)
    let headerSize = data.withUnsafeBytes { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + headerSize]) as! Object
    return header.filter { $0.key != "__metadata__" }.mapValues { value in
      let entry = value as! Object
      precondition(entry["dtype"] as! String == "F32")
      let offsets = entry["data_offsets"] as! [Int]
      let values = data.withUnsafeBytes { bytes in
        stride(from: 8 + headerSize + offsets[0], to: 8 + headerSize + offsets[1], by: 4).map { place in
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        }
      }
      return (entry["shape"] as! [Int], values)
    }
  }
}
