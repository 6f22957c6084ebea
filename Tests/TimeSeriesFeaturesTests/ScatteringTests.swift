import Convolution
import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Wavelet scattering")
struct ScatteringTests {
  static let cases: [(name: String, settings: ScatteringSettings)] = [
    ("j6-q8", settings { $0.scale = 6 }),
    ("j4-q1", settings { ($0.scale, $0.firstPerOctave) = (4, 1) }),
    (
      "j6-q4-t16",
      settings { ($0.scale, $0.firstPerOctave, $0.secondPerOctave, $0.averagingScale) = (6, 4, 2, 4) }
    ),
  ]

  static func settings(_ change: (inout ScatteringSettings) -> Void) -> ScatteringSettings {
    var settings = ScatteringSettings()
    change(&settings)
    return settings
  }

  /// The largest difference in each order, divided by the largest coefficient of that order.
  private func errors(_ rows: HopRows, _ truth: [Float], _ names: [String], from first: Int, to end: Int) -> [Double] {
    (0...2).map { order in
      let columns = names.indices.filter { names[$0].hasPrefix("s\(order)") }
      var (worst, largest) = (0.0, 0.0)
      for row in 0..<truth.count / names.count {
        for column in columns {
          let place = row * names.count + column
          largest = max(largest, abs(Double(truth[place])))
          if row >= first, row < end { worst = max(worst, abs(Double(rows.values[place]) - Double(truth[place]))) }
        }
      }
      return worst / largest
    }
  }

  @Test("rows equal kymatio's within 1e-5 of the largest value of each order", arguments: 0..<3)
  func parity(_ number: Int) throws {
    var (name, settings) = Self.cases[number]
    let golden = try SpectralGolden("scattering")
    let (input, truth) = (golden.values(name + "-input"), golden.values(name))
    for edges in EdgePadding.allCases {
      settings.edges = edges
      let features = try Scattering(settings)
      #expect(features.names.count == golden.columns(name))
      let rows = try HopRows(features, [input])
      #expect(rows.values.count == truth.count)
      // Zeros beyond the ends differ from kymatio's mirroring.
      let margin = edges == .reflect ? 0 : (features.edgeFrames + settings.hopFrames - 1) / settings.hopFrames
      #expect(2 * margin < rows.count)
      for (order, error) in errors(rows, truth, features.names, from: margin, to: rows.count - margin).enumerated() {
        #expect(error <= 1e-5, "order \(order) of \(name), \(edges): \(error)")
      }
      if edges == .zeros {
        let outside = errors(rows, truth, features.names, from: 0, to: rows.count)
        #expect(outside[1] > 1e-3, "the comparison notices wrong edges")
      }
    }
    let shifted = try HopRows(Scattering(settings), [[0] + input.dropLast()])
    #expect(errors(shifted, truth, try Scattering(settings).names, from: 0, to: shifted.count)[1] > 1e-4)
  }

  @Test(
    "pieces of any size give the same bits as the whole, for recordings of any length", arguments: EdgePadding.allCases)
  func pieces(_ edges: EdgePadding) throws {
    var settings = Self.settings { ($0.scale, $0.firstPerOctave) = (5, 2) }
    settings.edges = edges
    let input = Signals.noise(frames: 12_000, seed: 4)
    let block = try Scattering(settings).blockFrames
    for frames in [1000, 1001, 2 * block - 1, 2 * block, 12_000] {
      let recording = Array(input[..<frames])
      let whole = try HopRows(Scattering(settings), [recording])
      #expect(whole.starts == Array(stride(from: 0, to: frames, by: 32)))
      for pieces in [[1], [997, 3, 0], [block]] {
        let cut = try HopRows(Scattering(settings), [recording], pieces: pieces)
        #expect(firstBitDifference(cut.values, whole.values) == nil, "\(frames) frames in \(pieces)")
      }
    }
  }

  @Test("a longer recording begins with the rows of a shorter one, and rows wait no longer than declared")
  func causality() throws {
    let settings = Self.settings { ($0.scale, $0.firstPerOctave) = (6, 4) }
    let input = Signals.noise(frames: 40_000, seed: 6)
    let features = try Scattering(settings)
    var frames = 0
    var delays: [Int] = []
    while frames < input.count {
      let count = min(features.framesToNextRow, input.count - frames)
      frames += count
      try features.push(Array(input[frames - count..<frames])) { delays.append(frames - $0.start) }
    }
    #expect(delays.max()! <= features.lookAheadFrames)
    #expect(delays.min()! >= features.edgeFrames)
    let (short, long) = (
      try HopRows(Scattering(settings), [Array(input[..<30_000])]), try HopRows(Scattering(settings), [input])
    )
    let same = (30_000 - features.lookAheadFrames) / 64 * features.names.count
    #expect(Array(short.values[..<same]) == Array(long.values[..<same]))
  }

  @Test("all instruction sets give the same bits")
  func levels() throws {
    let settings = Self.settings { ($0.scale, $0.firstPerOctave) = (5, 3) }
    let input = Signals.noise(frames: 5000, seed: 4)
    let all = try KernelLevel.available.map { try HopRows(Scattering(settings, level: $0), [input]).values }
    for other in all.dropFirst() { #expect(firstBitDifference(all[0], other) == nil) }
  }

  @Test("the rows of a lower order are a prefix of those of a higher order")
  func orders() throws {
    let input = Signals.noise(frames: 5000, seed: 4)
    let full = Self.settings { ($0.scale, $0.firstPerOctave, $0.edges) = (5, 2, .reflect) }
    let two = try Scattering(full)
    let rows = try HopRows(two, [input])
    for order in 0...1 {
      var settings = full
      settings.order = order
      let features = try Scattering(settings)
      let lower = try HopRows(features, [input])
      #expect(features.names == Array(two.names[..<features.names.count]))
      for row in 0..<lower.count {
        for column in features.names.indices {
          let (a, b) = (lower.values[row * features.names.count + column], rows.values[row * two.names.count + column])
          #expect(abs(a - b) <= 2e-6)
        }
      }
    }
  }

  @Test("wavelets are those of kymatio: 54 and 9 for J = Q = 8, and 234 paths")
  func banks() throws {
    #expect(Wavelet.bank(perOctave: 8, scale: 8).count == 54)
    #expect(Wavelet.bank(perOctave: 1, scale: 8).count == 9)
    let features = try Scattering(ScatteringSettings())
    #expect(features.names.count == 234)
    // As documented in Documentation/features.md.
    #expect(features.edgeFrames == 6144 && features.lookAheadFrames == 31_232)
  }

  @Test("impossible settings are errors of one sentence")
  func errors() throws {
    func error(_ change: (inout ScatteringSettings) -> Void) -> String {
      do {
        let features = try Scattering(Self.settings(change))
        try features.push([1, 2, 3]) { _ in }
        try features.finish { _ in }
        return ""
      } catch { return "\(error)" }
    }
    #expect(error { _ in } == "")
    #expect(error { $0.scale = 0 } == "the scale J is 0, expected 1 to 15.")
    #expect(error { $0.firstPerOctave = 0 }.contains("expected 1 to 64"))
    #expect(error { $0.averagingScale = 9 }.contains("expected 0 to 8"))
    #expect(error { $0.order = 3 } == "the order is 3, expected 0 to 2.")
    #expect(error { $0.edges = .reflect }.contains("has 3 points, expected at least"))
  }
}
