import Signals
import Synchronization
import TestSupport
import Testing

@testable import ConvAudioKit

@Suite("Features of several files at once")
struct HopFilesTests {
  /// Everything that a run delivers, in order.
  private func events(
    _ extraction: HopExtraction, _ paths: [String], threads: Int, cancellation: Cancellation = .never
  ) -> (rows: [String], notes: [String], error: String?) {
    var (rows, notes, error): ([String], [String], String?) = ([], [], nil)
    do {
      try extraction.run(paths, threads: threads, note: { notes.append($0) }, cancellation: cancellation) {
        rows.append("\($1) \($0.time) \($0.names.count) \($0.values.map(\.bitPattern))")
      }
    } catch let thrown {
      error = "\(thrown)"
    }
    return (rows, notes, error)
  }

  @Test("rows, remarks and the first error are those of one after another", arguments: [2, 3, 8])
  func sameRows(threads: Int) throws {
    let folder = try AudioFolder()
    for (index, frames) in [9000, 500, 40_000, 3, 12_000, 7000].enumerated() {
      var samples = Signals.noise(frames: frames, seed: UInt64(index))
      if index == 2 { samples[20_000] = .nan }
      try folder.write("\(index).wav", [samples])
    }
    try folder.write("other-rate.wav", [Signals.noise(frames: 5000)], rate: 44_100)
    try folder.write("short.wav", [Signals.noise(frames: 100)])
    let names = { (names: [String]) in names.map(folder.path) }
    for (index, paths) in [
      names(["0.wav", "1.wav", "2.wav", "3.wav", "4.wav", "5.wav"]),
      names(["4.wav", "2.wav", "other-rate.wav", "0.wav"]), names(["0.wav", "missing.wav", "other-rate.wav"]),
      names(["0.wav"]), [],
    ].enumerated() {
      let transforms: [HopTransform] = [
        .spectral(.init(.logmel, like: .librosa)), .statistics(.init()), .scattering(ScatteringSettings()),
      ]
      for transform in Thoroughness.cases(of: transforms, quick: 1) {
        var extraction = HopExtraction(transform)
        extraction.times = .center
        let one = events(extraction, paths, threads: 1)
        let several = events(extraction, paths, threads: threads)
        #expect(several.rows == one.rows && several.notes == one.notes && several.error == one.error, "\(index)")
        #expect(index == 4 || !one.rows.isEmpty)
      }
    }
  }

  @Test("a request to stop, or an output that fails, ends all of them")
  func stopped() throws {
    let folder = try AudioFolder()
    for index in 0..<5 { try folder.write("\(index).wav", [Signals.noise(frames: 60_000)]) }
    let paths = (0..<5).map { folder.path("\($0).wav") }
    let extraction = HopExtraction(.spectral(.init(.logmel, like: .librosa)))
    let asked = Mutex(0)
    let stopped = events(
      extraction, paths, threads: 3,
      cancellation: Cancellation {
        asked.withLock {
          $0 += 1
          return $0 > 40
        }
      })
    #expect(stopped.error == "\(CancellationError())")
    struct Full: Error {}
    #expect(throws: Full.self) { try extraction.run(paths, threads: 3) { _, _ in throw Full() } }
  }
}
