// Loads a preset and runs blocks of the caller's own memory through it, as an audio callback would.
import ConvAudioKit

let preset = try Chain("dilated-stack")
let processor = try preset.makeProcessor(channels: 1, maximumBlockFrames: 64)

var input = [Float](repeating: 0, count: 64)
var output = [Float](repeating: 0, count: 64)
var peak: Float = 0
for block in 0..<750 {  // one second at 48 kHz
  for frame in input.indices { input[frame] = block < 375 && frame % 32 < 16 ? 0.2 : -0.2 }
  var written = output.mutableSpan
  processor.process(input.span, into: &written, frames: 64)
  peak = output.reduce(peak) { max($0, abs($1)) }
}
print("\(preset.preset.name): 750 blocks of 64 frames, peak \(peak)")
