import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Parity with aeon, for the same parameters")
struct ParityTests {
  @Test(
    "MiniRocket's features equal aeon's bit for bit, even when every bias equals a response",
    arguments: [
      "minirocket", "minirocket-channels", "minirocket-ties", "minirocket-ties-channels", "minirocket-long",
    ])
  func miniRocket(_ name: String) throws {
    let golden = try GoldenFeatures(name)
    #expect(golden.columns == golden.transform.transform.featureCount)
    let computed = try golden.computed()
    #expect(firstBitDifference(computed, golden.features) == nil)
  }

  @Test(
    "MultiRocket's ppv, lspv and mipv equal aeon's bit for bit, mpv within one unit in the last place",
    arguments: ["multirocket", "multirocket-channels", "multirocket-ties"])
  func multiRocket(_ name: String) throws {
    let golden = try GoldenFeatures(name)
    let computed = try golden.computed()
    let names = golden.transform.transform.featureNames
    var others = 0
    for (index, pair) in zip(computed, golden.features).enumerated() {
      if names[index % golden.columns].hasPrefix("mpv_") {
        #expect(abs(pair.0 - pair.1) <= pair.1.ulp)
        others += pair.0 == pair.1 ? 0 : 1
      } else {
        #expect(pair.0 == pair.1, "\(names[index % golden.columns]) of series \(index / golden.columns)")
      }
    }
    #expect(Double(others) <= max(1, 1e-3 * Double(computed.count)))

    // Without aeon's deviations, the features of the differences change and those of the series do not.
    guard case .multiRocket(var correct) = golden.transform else { return }
    correct.compatibility = .correct
    let table = try correct.features(of: golden.series)
    let own = 4 * correct.series.featureCount
    #expect(table[0].prefix(own).elementsEqual(computed.prefix(own)))
    #expect(!table[0].dropFirst(own).elementsEqual(computed[own..<golden.columns]))
  }

  @Test("ROCKET's ppv equals aeon's, and its max is within 1e-5", arguments: ["rocket", "rocket-channels"])
  func rocket(_ name: String) throws {
    let golden = try GoldenFeatures(name)
    for (index, pair) in zip(try golden.computed(), golden.features).enumerated() {
      if index.isMultiple(of: 2) {
        #expect(pair.0 == pair.1, "ppv \(index)")
      } else {
        #expect(abs(pair.0 - pair.1) <= 1e-5 * max(1, abs(pair.1)), "max \(index)")
      }
    }
  }

  @Test("Hydra's counts equal aeon's, and its sums are within 1e-5", arguments: ["hydra", "hydra-channels"])
  func hydra(_ name: String) throws {
    let golden = try GoldenFeatures(name)
    let names = golden.transform.transform.featureNames
    for (index, pair) in zip(try golden.computed(), golden.features).enumerated() {
      if names[index % golden.columns].hasPrefix("hard_") {
        #expect(pair.0 == pair.1, "\(names[index % golden.columns])")
      } else {
        #expect(abs(pair.0 - pair.1) <= 1e-5 * max(1, abs(pair.1)), "\(names[index % golden.columns])")
      }
    }
  }

  @Test("a fit with aeon's seed draws the same values as aeon")
  func fitting() throws {
    for name in ["minirocket", "minirocket-channels"] {
      let golden = try GoldenFeatures(name)
      guard case .miniRocket(let theirs) = golden.transform else { return }
      let ours = try MiniRocket(fittingTo: golden.series, features: name == "minirocket" ? 3000 : 1000, seed: 7)
      #expect(ours.parameters.dilations == theirs.parameters.dilations)
      #expect(ours.parameters.biasesPerKernel == theirs.parameters.biasesPerKernel)
      #expect(ours.parameters.channelCounts == theirs.parameters.channelCounts)
      #expect(ours.parameters.channelList == theirs.parameters.channelList)
      // aeon's compiler changes the order of three additions of a fit, so the last digits differ.
      for (a, b) in zip(ours.parameters.biases, theirs.parameters.biases) {
        #expect(abs(a - b) <= 1e-4 * max(1, abs(b)))
      }
    }
    for name in ["rocket", "rocket-channels"] {
      let golden = try GoldenFeatures(name)
      guard case .rocket(let theirs) = golden.transform else { return }
      let ours = try Rocket(fittingTo: golden.series, kernels: theirs.kernels.count, seed: 7)
      #expect(ours.kernels.lengths == theirs.kernels.lengths)
      #expect(ours.kernels.dilations == theirs.kernels.dilations)
      #expect(ours.kernels.isPadded == theirs.kernels.isPadded)
      #expect(ours.kernels.biases == theirs.kernels.biases)
      #expect(ours.kernels.channelList == theirs.kernels.channelList)
      for (a, b) in zip(ours.kernels.weights, theirs.kernels.weights) { #expect(abs(a - b) <= 5e-7) }
    }
    for name in ["hydra", "hydra-channels"] {
      let golden = try GoldenFeatures(name)
      guard case .hydra(let theirs) = golden.transform else { return }
      let ours = try Hydra(fittingTo: golden.series, groups: 2 * theirs.groups, seed: 7)
      #expect(ours.dilations == theirs.dilations)
      #expect(ours.channelList == theirs.channelList)
      for (a, b) in zip(ours.weights, theirs.weights) { #expect(abs(a - b) <= 1e-6) }
    }
  }
}
