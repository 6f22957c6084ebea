import CConvolutionKernels
import Convolution
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every level of the tap kernel gives the bits of its plain definition, and writes nowhere else.
@Suite("Tap kernel")
struct TapKernelTests {
  static let activations = (0..<CCK_ACTIVATION_COUNT.rawValue).map { cck_activation($0) }
  /// Every tail up to 70, and beyond the widest step of few rows (6 vectors of 16).
  static let frames = Array(1...70) + [95, 96, 97, 112, 127, 128, 129, 160, 191, 192, 193, 250]

  /// The first difference from the plain kernel of any level, described.
  private func difference(_ c: TapCase, _ memory: TapCase.Memory) -> String? {
    let expected = c.run(in: memory, by: cck_convolve_plain)
    for level in KernelLevel.available {
      let actual = c.run(in: memory, by: level.kernels.pointee.convolve)
      if let place = firstBitDifference(actual, expected) {
        return "\(level), \(c): differs at float \(place): \(actual[place]), not \(expected[place])"
      }
    }
    return nil
  }

  @Test("equals the plain kernel for every number of outputs and frames", arguments: 1...40)
  func everyShape(outputs: Int) {
    let memory = TapCase.Memory()
    for frames in Self.frames {
      for flags in 0..<4 {
        let mix = outputs + 3 * frames + 5 * flags
        let c = TapCase(
          outputs: outputs, frames: frames, activation: Self.activations[mix % Self.activations.count],
          residual: flags & 1 != 0, mirror: flags & 2 != 0,
          total: mix % 3 == 0 ? .inPlace : mix % 7 == 0 ? .apart : .none)
        if let difference = difference(c, memory) { Issue.record("\(difference)"); return }
      }
    }
  }

  @Test("equals the plain kernel for every activation and everything that may follow it", arguments: activations)
  func everyActivation(_ activation: cck_activation) {
    let memory = TapCase.Memory()
    for (outputs, frames) in [(1, 100), (3, 64), (8, 49), (16, 16), (17, 65), (20, 7), (9, 112)] {
      for flags in 0..<12 {
        let c = TapCase(
          outputs: outputs, frames: frames, activation: activation, residual: flags & 1 != 0, mirror: flags & 2 != 0,
          total: [.none, .inPlace, .apart][flags / 4], seed: 2)
        if let difference = difference(c, memory) { Issue.record("\(difference)"); return }
      }
    }
  }

  @Test("equals the plain kernel with one, two and three sources and separate chains", arguments: 0..<8)
  func everyListOfSources(_ index: Int) {
    typealias S = TapCase.Source
    let lists: [[S]] = [
      [S()], [S(channels: 20, positions: 5, dilation: 7)], [S(channels: 3, positions: 15, dilation: 20), S(channels: 2)],
      [S(channels: 4, positions: 2), S(channels: 1, positions: 3, dilation: 50), S(channels: 5)],
      [S(positions: 200, chain: 64)], [S(channels: 3, positions: 129, dilation: 2, chain: 64), S(channels: 2)],
      [S(channels: 2), S(channels: 2, positions: 130, chain: 64), S(channels: 1, positions: 3)],
      [S(channels: 2, positions: 200, chain: 64), S(channels: 1, positions: 128, chain: 64)],
    ]
    let memory = TapCase.Memory()
    for outputs in [1, 2, 4, 5, 16, 19] {
      for (turn, frames) in [1, 3, 4, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 128].enumerated() {
        let c = TapCase(
          outputs: outputs, frames: frames, sources: lists[index],
          activation: turn % 2 == 0 ? CCK_IDENTITY : Self.activations[(outputs + frames) % Self.activations.count],
          residual: turn % 3 == 0, mirror: turn % 4 == 1, total: turn % 5 == 2 ? .inPlace : .none, seed: 3)
        if let difference = difference(c, memory) { Issue.record("\(difference)"); return }
      }
    }
  }

  @Test("writes its rows and nothing else", arguments: KernelLevel.available)
  func writesNothingElse(_ level: KernelLevel) {
    let memory = TapCase.Memory()
    for (outputs, frames) in [(1, 1), (2, 97), (7, 33), (16, 64), (21, 70), (40, 5)] {
      for flags in 0..<8 {
        let c = TapCase(
          outputs: outputs, frames: frames, residual: flags & 1 != 0, mirror: flags & 2 != 0,
          total: flags & 4 != 0 ? .apart : .none)
        let written = c.run(in: memory, by: level.kernels.pointee.convolve)
        let writable = c.writable
        let wrong = written.indices.first {
          (written[$0].bitPattern != TapCase.guardValue.bitPattern) != writable[$0]
        }
        #expect(wrong == nil, "\(c)")
      }
    }
  }

  @Test("the plain kernel is the formula, computed apart")
  func plainKernelIsTheFormula() {
    let memory = TapCase.Memory()
    for c in [
      TapCase(outputs: 19, frames: 33, residual: true, mirror: true, total: .apart),
      TapCase(outputs: 2, frames: 5, sources: [.init(positions: 150, chain: 64), .init(channels: 2)]),
    ] {
      let written = c.run(in: memory, by: cck_convolve_plain)
      let expected = c.run(in: memory) { call in
        let call = call.pointee
        for o in 0..<call.outputs {
          let block = o / 16 * 16
          let rows = min(16, call.outputs - block)
          for t in 0..<call.frames {
            var total = call.bias[o]
            var tap = 0
            for s in 0..<call.source_count {
              let source = call.sources[s]
              var chain = source.separate != 0 ? 0 : total
              for i in 0..<source.taps {
                let weight = call.weights[block * c.taps + tap * rows + o - block]
                chain.addProduct(weight, source.base[source.offsets[i] + t])
                tap += 1
              }
              total = source.separate != 0 ? total + chain : chain
            }
            if let residual = call.residual { total += residual[o * call.residual_stride + t] }
            call.y[o * call.y_stride + t] = total
            if call.mirror != 0 { call.y[o * call.y_stride + t + call.mirror] = total }
            if let previous = call.previous {
              call.total[o * call.total_stride + t] = previous[o * call.total_stride + t] + total
            }
          }
        }
      }
      #expect(firstBitDifference(written, expected) == nil)
    }
  }

  @Test("the comparison sees a frame's shift, a swapped row, a dropped tap, a lost bias and one frame too many")
  func comparisonSeesFaults() {
    let memory = TapCase.Memory()
    let c = TapCase(outputs: 6, frames: 21, residual: true, mirror: true, total: .inPlace)
    let expected = c.run(in: memory, by: cck_convolve_plain)
    let kernel = KernelLevel.selected.kernels.pointee.convolve!
    #expect(firstBitDifference(c.run(in: memory, by: kernel), expected) == nil)
    let zeros = [Float](repeating: 0, count: 64)
    let faults: [(String, (inout cck_convolution) -> Void)] = [
      ("shift", { UnsafeMutablePointer(mutating: $0.sources)[0].base -= 1 }),
      ("dropped tap", { UnsafeMutablePointer(mutating: $0.weights)[6 * 4 + 5] = 0 }),
      ("swapped rows", { c in
        let bias = UnsafeMutablePointer(mutating: c.bias!)
        (bias[0], bias[1]) = (bias[1], bias[0])
      }),
      ("lost bias", { c in zeros.withUnsafeBufferPointer { c.bias = $0.baseAddress } }),
      ("one frame too many", { $0.frames += 1 }),
      ("lost mirror", { $0.mirror = 0 }),
      ("lost residual", { $0.residual = nil }),
      ("lost total", { $0.previous = nil }),
      ("no separate chain", { UnsafeMutablePointer(mutating: $0.sources)[0].separate = 1 }),
    ]
    for (name, fault) in faults {
      let wrong = c.run(in: memory, by: kernel, change: fault)
      #expect(firstBitDifference(wrong, expected) != nil, "\(name)")
    }
  }
}
