// Runs an amp model over a file, then block by block on a thread of its own, as an audio driver would call it.
import ConvAudioKit
import Foundation

/// What one callback needs, made before the thread starts. One thread at a time uses it, which the compiler cannot see.
final class Callback: @unchecked Sendable {
  private let processor: any BlockProcessor
  private let memory: PlanarMemory
  private(set) var peak: Float = 0

  init(_ processor: any BlockProcessor) {
    self.processor = processor
    memory = PlanarMemory(channels: processor.inputChannels, frames: processor.maximumBlockFrames)
  }

  /// A block of any size up to the processor's maximum; the output replaces the input.
  func process(_ frames: Int, fill: (Int) -> Float) {
    let samples = memory.channels[0]
    for frame in 0..<frames { samples[frame] = fill(frame) }
    _ = processor.process(memory.readableChannels, into: memory.channels, frames: frames)
    for frame in 0..<frames { peak = max(peak, abs(samples[frame])) }
  }
}

// A file through an amp model, with the settings that the options of `convaudio process` set.
let root = FileManager.default.currentDirectoryPath
let chain = try Chain("\(root)/Samples/overdrive.nam")
var settings = ProcessingSettings()
settings.chain.gainOutDecibels = -6
settings.replacesExisting = true
let output = FileManager.default.temporaryDirectory.appending(path: "callback-thread.wav").path
let report = try FileProcessor(chain: chain, settings: settings).process("\(root)/Samples/guitar.wav", to: output)
print("\(chain.name): \(report.frames) frames, peak \(report.peak)")
try FileManager.default.removeItem(atPath: output)

// Blocks of changing size, on another thread. All that allocates comes before it starts.
let done = DispatchSemaphore(value: 0)
let callback = Callback(try chain.makeProcessor(channels: 1, maximumBlockFrames: 512))
let thread = Thread {
  for block in 0..<400 { callback.process(64 + block % 5 * 100) { $0 % 32 < 16 ? 0.1 : -0.1 } }
  done.signal()
}
thread.qualityOfService = .userInteractive
thread.start()
done.wait()
print("400 blocks, peak \(callback.peak)")
