import ConvAudioKit
import Foundation

func time(_ body: () -> Void) -> Double {
  let c = ContinuousClock(); let d = c.measure(body)
  return Double(d.components.seconds) + Double(d.components.attoseconds) * 1e-18
}
nonisolated(unsafe) var seed: UInt64 = 1
func rnd(_ n: Int, _ s: Float) -> [Float] { (0..<n).map { _ in seed = seed &* 6364136223846793005 &+ 1442695040888963407; return (Float(seed >> 40) / Float(1 << 24) - 0.5) * s } }
func k(_ o: Int, _ i: Int, _ n: Int = 1, d: Int = 1) throws -> CausalKernel { try CausalKernel(outputChannels: o, inputChannels: i, kernelSize: n, dilation: d, weights: rnd(o*i*n, 1/Float(i*n).squareRoot())) }
var net = Network(inputChannels: 1)
var x = net.input
var skip: Network.Value? = nil
for c in [16, 8] {
  x = try net.convolve([(x, k(c, net.channels(of: x)))])
  for d in 0..<10 {
    let z = try net.convolve([(x, k(c, c, 3, d: CommandLine.arguments.count > 2 ? 1 : 1 << d)), (net.input, k(c, 1))], bias: rnd(c, 0.1))
    let a = try net.activate(z, .tanh)
    skip = try skip.map { try net.add($0, a) } ?? a
    let r = try net.convolve([(a, k(c, c))], bias: rnd(c, 0.1))
    x = try net.add(x, r)
  }
  skip = try net.convolve([(skip!, k(c == 16 ? 8 : 1, c))])
}
net.output = try net.scale(skip!, by: [0.02], shift: [0])
print(NetworkCost(of: net), KernelLevel.selected.name)
let peak = KernelLevel.selected.multiplyAddPeak(seconds: 0.3)
print("peak", peak / 1e9)
let macs = Double(NetworkCost(of: net).multiplyAddsPerFrame)
for fused in (CommandLine.arguments.count > 1 ? [true] : [true, false]) { for block in (CommandLine.arguments.count > 1 ? [Int(CommandLine.arguments[1])!] : [1, 16, 32, 64, 128, 256, 2048]) {
  let p = try NetworkProcessor(net, maximumBlockFrames: block, fused: fused)
  let input = UnsafeMutablePointer<Float>.allocate(capacity: block); input.initialize(repeating: 0, count: block)
  for i in 0..<block { input[i] = sin(Float(i)) }
  let out = UnsafeMutablePointer<Float>.allocate(capacity: block)
  var best = 1e9
  let ip: [UnsafePointer<Float>] = [UnsafePointer(input)], op = [out]
  ip.withUnsafeBufferPointer { ip in op.withUnsafeBufferPointer { op in
  for _ in 0..<(CommandLine.arguments.count > 1 ? 400 : 30) {
    let n = max(1, 16384 / block)
    let t = time { for _ in 0..<n { p.process(ip.baseAddress!, into: op.baseAddress!, frames: block) } }
    best = min(best, t / Double(n * block))
  }}}
  print(fused ? "fused" : "plain", block, "xRT", 1 / (best * 48000), "GF", macs * 2 / best / 1e9, "share", macs * 2 / best / peak, out[block-1])
}}
