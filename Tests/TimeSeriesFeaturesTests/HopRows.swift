import Foundation
import ModelFormats
import TestSupport
import TimeSeriesFeatures

/// Collected rows with their frames.
struct HopRows: Equatable {
  var values: [Float] = []
  var starts: [Int] = []
  var ends: [Int] = []

  /// All rows for a recording that is pushed in pieces of these sizes, repeated as needed.
  init(_ features: any HopFeatures, _ channels: [[Float]], pieces: [Int] = [.max], ends isEnded: Bool = true) throws {
    var done = 0
    var turn = 0
    let frames = channels[0].count
    func keep(_ row: HopRow) {
      values += row.values
      starts.append(row.start)
      self.ends.append(row.end)
    }
    while done < frames {
      let count = min(pieces[turn % pieces.count], frames - done)
      turn += 1
      let parts = channels.map { Array($0[done..<done + count]) }
      let pointers = parts.map { part in
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(1, part.count))
        memory.initialize(from: part, count: part.count)
        return UnsafePointer(memory)
      }
      defer { for pointer in pointers { pointer.deallocate() } }
      try features.push(pointers, frames: count, keep)
      done += count
    }
    if isEnded { try features.finish(keep) }
  }

  var count: Int { starts.count }
}

/// A file of `Tools/golden/make_spectral_golden.py`.
struct SpectralGolden {
  let file: TensorFile

  init(_ name: String) throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Golden/spectral/\(name).safetensors")
    file = try TensorFile(contentsOf: url.path)
  }

  func values(_ name: String) -> [Float] { file.tensors[name]!.values! }
  func columns(_ name: String) -> Int { file.tensors[name]!.shape[1] }
}
