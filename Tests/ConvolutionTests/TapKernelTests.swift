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
        if let difference = difference(c, memory) {
          Issue.record("\(difference)")
          return
        }
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
        if let difference = difference(c, memory) {
          Issue.record("\(difference)")
          return
        }
      }
    }
  }

  @Test("equals the plain kernel with one, two and three sources and separate chains", arguments: 0..<8)
  func everyListOfSources(_ index: Int) {
    typealias S = TapCase.Source
    let lists: [[S]] = [
      [S()], [S(channels: 20, positions: 5, dilation: 7)],
      [S(channels: 3, positions: 15, dilation: 20), S(channels: 2)],
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
        if let difference = difference(c, memory) {
          Issue.record("\(difference)")
          return
        }
      }
    }
  }

  @Test("equals the plain kernel when a second convolution of kernel size 1 follows", arguments: 1...20)
  func everySecondConvolution(outputs: Int) {
    let memory = TapCase.Memory()
    for (turn, frames) in [1, 5, 8, 15, 16, 17, 31, 32, 33, 48, 49, 63, 64, 65, 80, 96, 97, 128, 130].enumerated() {
      for flags in 0..<4 {
        let mix = outputs + 3 * turn + 5 * flags
        let c = TapCase(
          // As many as there may be, now and then.
          outputs: mix % 13 == 0 ? Int(CCK_MOST_THEN) : outputs, frames: frames,
          sources: mix % 11 == 0
            ? [.init(channels: 1, positions: 130, chain: 64)]
            : [.init(channels: 2, positions: 3, dilation: 5), .init()],
          activation: mix % 2 == 0 ? CCK_TANH : Self.activations[mix % Self.activations.count],
          residual: mix % 5 == 0, mirror: mix % 4 == 0, total: flags & 1 != 0 ? .inPlace : .none,
          then: TapCase.Then(
            outputs: 1 + (outputs * 7 + turn) % 20,
            activation: mix % 3 == 0 ? Self.activations[(mix + 1) % Self.activations.count] : CCK_IDENTITY,
            residual: flags & 2 != 0, mirror: turn % 2 == 0, total: mix % 6 == 0, isStored: mix % 4 == 0),
          seed: 4)
        if let difference = difference(c, memory) {
          Issue.record("\(difference)")
          return
        }
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
          total: flags & 4 != 0 ? .apart : .none,
          then: frames % 2 == 0
            ? nil
            : TapCase.Then(outputs: 9, residual: true, mirror: true, total: flags & 4 != 0, isStored: flags & 1 != 0))
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

  @Test("the plain kernel with a second convolution equals two calls in sequence")
  func plainSecondConvolution() {
    let memory = TapCase.Memory()
    let c = TapCase(
      outputs: 19, frames: 33, activation: CCK_TANH, mirror: true, total: .apart,
      then: TapCase.Then(outputs: 18, activation: CCK_RELU, residual: true, mirror: true, total: true, isStored: true))
    let together = c.run(in: memory, by: cck_convolve_plain)
    let apart = c.run(in: memory) { call in
      var first = call.pointee
      first.then = nil
      cck_convolve_plain(&first)
      var second = call.pointee.then.pointee
      second.frames = first.frames
      let offsets = (0..<first.outputs).map { $0 * first.y_stride }
      offsets.withUnsafeBufferPointer { offsets in
        var source = second.sources[0]
        source.base = UnsafePointer(first.y)
        source.offsets = offsets.baseAddress
        withUnsafePointer(to: source) { source in
          second.sources = source
          cck_convolve_plain(&second)
        }
      }
    }
    #expect(firstBitDifference(together, apart) == nil)
    let lost = c.run(in: memory, by: cck_convolve_plain) { $0.then = nil }
    #expect(firstBitDifference(together, lost) != nil, "the comparison sees a lost second convolution")
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
      (
        "swapped rows",
        { c in
          let bias = UnsafeMutablePointer(mutating: c.bias!)
          (bias[0], bias[1]) = (bias[1], bias[0])
        }
      ),
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
