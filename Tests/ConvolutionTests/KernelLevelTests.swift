import CConvolutionKernels
import Convolution
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Kernel levels")
struct KernelLevelTests {
  @Test("the baseline is always there, and the selected level is available")
  func available() {
    #expect(KernelLevel.available.first == .baseline)
    #expect(KernelLevel.selected.isAvailable)
    for level in KernelLevel.available {
      #expect(level.name.isEmpty == false)
      #expect([4, 8, 16].contains(level.kernels.pointee.vector_floats))
    }
    #expect(KernelLevel.allCases.allSatisfy { $0.isAvailable || $0.name == "unavailable" })
    #expect(cck_kernels_of(Int32(CCK_LEVEL_COUNT.rawValue)) == nil)
    #expect(cck_kernels_of(-1) == nil)
  }

  /// The level is chosen before `main`, so each child process reads the variable again. All cases are one test, because
  /// they set the same variable of this process. It is set to the empty text at the end, which also asks for nothing,
  /// rather than unset: other tests may be reading the environment, and unsetting moves its entries.
  @Test("CONVAUDIO_KERNELS forces a level that the processor has")
  func environmentVariable() async {
    let before = getenv("CONVAUDIO_KERNELS").map { String(cString: $0) }
    defer { setenv("CONVAUDIO_KERNELS", before ?? "", 1) }
    let highest = KernelLevel.available.last!.rawValue
    if before == nil {
      await #expect(processExitsWith: .exitCode(10 + Int32(highest))) {
        exit(10 + Int32(KernelLevel.selected.rawValue))
      }
    }
    for (name, expected) in [("baseline", 0), ("avx2", 1), ("avx512", 2), ("abacus", highest), ("", highest)] {
      let expected = KernelLevel(rawValue: expected)!.isAvailable ? expected : highest
      setenv("CONVAUDIO_KERNELS", name, 1)
      await #expect(processExitsWith: .exitCode(10 + Int32(expected)), "\(name)") {
        exit(10 + Int32(KernelLevel.selected.rawValue))
      }
    }
  }

  @Test("a level that the processor lacks has no kernels", .enabled(if: !KernelLevel.avx512.isAvailable))
  func unavailableTraps() async {
    await #expect(processExitsWith: .failure) { _ = KernelLevel.avx512.kernels }
  }

  // MARK: - Elementwise loops

  /// Rows before an unreadable page: y ends at the page, a and b have the slack after them.
  private struct Rows {
    let memory = (0..<3).map { _ in GuardedMemory(capacity: 600) }
    let a, b, y: UnsafeMutablePointer<Float>
    init(frames: Int) {
      a = memory[0].floats(frames + TapCase.slack)
      b = memory[1].floats(frames + TapCase.slack)
      y = memory[2].floats(frames)
      for p in [a, b] { p.update(repeating: TapCase.guardValue, count: frames + TapCase.slack) }
      let noise = Signals.noise(channels: 2, frames: frames, amplitude: 3, seed: UInt64(frames))
      a.update(from: noise[0], count: frames)
      b.update(from: noise[1], count: frames)
      y.update(repeating: TapCase.guardValue, count: frames)
    }
    func slackIsUntouched(after frames: Int) -> Bool {
      (0..<TapCase.slack).allSatisfy {
        a[frames + $0].bitPattern == TapCase.guardValue.bitPattern
          && b[frames + $0].bitPattern == TapCase.guardValue.bitPattern
      }
    }
  }

  private typealias Loop = (
    cck_kernels, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
  ) -> Void
  private static var loops: [(name: String, loop: Loop, scalar: (Float, Float) -> Float)] {
    [
      ("add", { $0.add($1, $2, $3, $4) }, { $0 + $1 }),
      ("multiply", { $0.multiply($1, $2, $3, $4) }, { $0 * $1 }),
      ("affine", { $0.affine(0.3, -1.7, $1, $3, $4) }, { a, _ in (-1.7 as Float).addingProduct(a, 0.3) }),
      (
        "gate of identities",
        { $0.gate(Int32(CCK_IDENTITY.rawValue), 0, Int32(CCK_IDENTITY.rawValue), 0, $1, $2, $3, $4) },
        { $0 * $1 }
      ),
      (
        "gate of slopes",
        { $0.gate(Int32(CCK_RELU.rawValue), 0, Int32(CCK_LEAKY_RELU.rawValue), 0.25, $1, $2, $3, $4) },
        { ($0 > 0 ? $0 : 0) * ($1 > 0 ? $1 : 0.25 * $1) }
      ),
    ]
  }

  @Test(
    "elementwise loops equal scalar code, with every tail, apart and in place", arguments: KernelLevel.available, 0..<5)
  func elementwise(_ level: KernelLevel, _ index: Int) {
    let (name, loop, scalar) = Self.loops[index]
    for frames in Array(1...70) + [255, 256, 257, 300, 513] {
      for place in 0..<3 {
        let rows = Rows(frames: frames)
        defer { withExtendedLifetime(rows.memory) {} }
        let expected = (0..<frames).map { scalar(rows.a[$0], rows.b[$0]) }
        let y = place == 0 ? rows.y : place == 1 ? rows.a : rows.b
        loop(level.kernels.pointee, rows.a, rows.b, place == 2 && name == "affine" ? rows.y : y, frames)
        if place == 2 && name == "affine" { continue }
        let actual = Array(UnsafeBufferPointer(start: y, count: frames))
        #expect(firstBitDifference(actual, expected) == nil, "\(name), \(frames) frames, place \(place)")
        #expect(rows.slackIsUntouched(after: frames), "\(name), \(frames) frames, place \(place)")
      }
    }
  }

  // At a knee both pieces meet, so a wrong comparison shows only in the sign of a zero.
  @Test("a clamp keeps the values at its knees, with zeros of either sign", arguments: KernelLevel.available)
  func clampTies(_ level: KernelLevel) {
    func bits(_ minimum: Float, _ maximum: Float, _ slope: Float, _ x: [Float]) -> [UInt32] {
      let padded = x + [Float](repeating: .nan, count: TapCase.slack)
      var y = [Float](repeating: 1, count: x.count)
      level.kernels.pointee.leaky_clamp(minimum, maximum, slope, slope, padded, &y, x.count)
      return y.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
    }
    func expected(_ y: [Float]) -> [UInt32] { y.map(\.bitPattern) }
    for slope in [Float(0), 0.5] {
      #expect(bits(0, 1, slope, [-0.0, 0, 1, .nan]) == expected([-0.0, 0, 1, .nan]))
      #expect(bits(-1, 0, slope, [-0.0, 0, -1, .nan]) == expected([-0.0, 0, -1, .nan]))
      #expect(bits(-0.0, 1, slope, [-0.0, 0]) == expected([-0.0, 0]))
      #expect(bits(-1, -0.0, slope, [-0.0, 0]) == expected([-0.0, 0]))
    }
    #expect(bits(-1, 1, 0, [-.infinity, .infinity]) == expected([-1, 1]))
    #expect(bits(-1, 1, 0.5, [-.infinity, .infinity]) == expected([-.infinity, .infinity]))
  }

  @Test("a gate is the product of two activations, at every level", arguments: KernelLevel.available)
  func gate(_ level: KernelLevel) {
    let table = level.kernels.pointee
    for frames in [1, 7, 16, 64, 257, 300] {
      for (first, second) in [(CCK_TANH, CCK_SIGMOID), (CCK_SOFTSIGN, CCK_HARD_SIGMOID), (CCK_LEAKY_RELU, CCK_TANH)] {
        let rows = Rows(frames: frames)
        defer { withExtendedLifetime(rows.memory) {} }
        table.gate(Int32(first.rawValue), 0.1, Int32(second.rawValue), 0.2, rows.a, rows.b, rows.y, frames)
        let baseline = KernelLevel.baseline.kernels.pointee
        baseline.activate(Int32(first.rawValue), 0.1, rows.a, rows.a, frames)
        baseline.activate(Int32(second.rawValue), 0.2, rows.b, rows.b, frames)
        let expected = (0..<frames).map { rows.a[$0] * rows.b[$0] }
        #expect(firstBitDifference(Array(UnsafeBufferPointer(start: rows.y, count: frames)), expected) == nil)
      }
    }
  }

  @Test("every level measures a finite multiply-add peak; its size is not checked, as the machine may be slow or busy")
  func peak() {
    let peaks = KernelLevel.available.map { $0.multiplyAddPeak(seconds: 0.002) }
    #expect(peaks.allSatisfy { $0 > 0 && $0.isFinite })
  }
}
