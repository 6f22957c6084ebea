/// Kernels that read the same points of the series, so that each vector is loaded once for all of them.
struct RocketGroup: Sendable {
  let length: Int
  let dilation: Int
  /// Channel and position of each tap, in the order of the sum: taps oldest first, channels inside.
  let taps: [(channel: Int, place: Int)]
  /// At most eight, padded ones first.
  let kernels: [Int]
  let paddedRows: Int
  let weightStart: Int
  let biasStart: Int
}

/// All kernels in groups, with their weights in the order that the C loops read: by tap, then by kernel.
struct RocketGroups: Sendable {
  private(set) var all: [RocketGroup] = []
  private(set) var weights: [Float] = []
  private(set) var biases: [Float] = []
  /// The largest distance from the centre of a kernel to a tap, in points.
  private(set) var reach = 0

  init(_ kernels: RocketKernels) {
    struct Key: Hashable {
      let length: Int
      let dilation: Int
      let channels: [Int]
    }
    var members: [Key: [Int]] = [:]
    var order: [Key] = []
    var weightStarts: [Int] = []
    var (listed, weighed) = (0, 0)
    for kernel in 0..<kernels.count {
      let channels = Array(kernels.channelList[listed..<(listed + kernels.channelCounts[kernel])])
      let key = Key(length: kernels.lengths[kernel], dilation: kernels.dilations[kernel], channels: channels)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(kernel)
      weightStarts.append(weighed)
      listed += channels.count
      weighed += channels.count * key.length
    }
    for key in order {
      let sorted = members[key]!.sorted { (kernels.isPadded[$0] ? 0 : 1, $0) < (kernels.isPadded[$1] ? 0 : 1, $1) }
      for start in stride(from: 0, to: sorted.count, by: 8) {
        let rows = Array(sorted[start..<min(start + 8, sorted.count)])
        var taps: [(channel: Int, place: Int)] = []
        let (weightStart, biasStart) = (weights.count, biases.count)
        for tap in 0..<key.length {
          for (index, channel) in key.channels.enumerated() {
            taps.append((channel, tap - key.length / 2))
            for kernel in rows { weights.append(kernels.weights[weightStarts[kernel] + index * key.length + tap]) }
          }
        }
        biases += rows.map { kernels.biases[$0] }
        reach = max(reach, key.length / 2 * key.dilation)
        all.append(
          RocketGroup(
            length: key.length, dilation: key.dilation, taps: taps, kernels: rows,
            paddedRows: rows.filter { kernels.isPadded[$0] }.count, weightStart: weightStart, biasStart: biasStart))
      }
    }
  }
}
