import AudioFiles

/// A sound in memory.
package struct Recording: Sendable {
  /// Samples, first frame first; all of equal length.
  package var channels: [[Float]]
  /// Sample rate, in Hz.
  package var sampleRateHz: Int

  /// A sound of these samples.
  package init(channels: [[Float]], sampleRateHz: Int) {
    self.channels = channels
    self.sampleRateHz = sampleRateHz
  }

  /// The beginning of an audio file.
  /// - Throws: `AudioFileError`; `SignalError.empty`.
  package init(path: String, maximumFrames: Int) throws {
    let reader = try AudioFileReader(path: path)
    self.init(channels: try reader.readChannels(maximumFrames: maximumFrames), sampleRateHz: reader.info.sampleRateHz)
    guard channels.first?.isEmpty == false else { throw SignalError.empty(name: path) }
  }
}

extension AudioFileReader {
  /// The next frames, one array per channel.
  package func readChannels(maximumFrames: Int) throws(AudioFileError) -> [[Float]] {
    var channels = [[Float]](repeating: [], count: info.channels)
    for index in channels.indices { channels[index].reserveCapacity(min(maximumFrames, Int(info.frames))) }
    var block = [Float](repeating: 0, count: 4096 * info.channels)
    var left = maximumFrames
    while left > 0 {
      let wanted = min(4096, left) * info.channels
      let frames = try block.withUnsafeMutableBufferPointer { samples throws(AudioFileError) in
        try read(into: .init(rebasing: samples[..<wanted]))
      }
      if frames == 0 { break }
      for index in channels.indices {
        for frame in 0..<frames { channels[index].append(block[frame * info.channels + index]) }
      }
      left -= frames
    }
    return channels
  }
}
