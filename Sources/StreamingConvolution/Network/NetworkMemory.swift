import CConvolutionKernels
import Convolution

/// Where a running network keeps its values.
///
/// A value whose past is read has a mirrored ring per channel: capacity R at least the history plus the largest
/// sub-block, every frame written at p and at p + R. A run of frames with its whole history then lies contiguous
/// somewhere in the 2R floats, offsets of taps stay constant, and no history is ever moved. Other values have rows for
/// one sub-block only, and a row is reused as soon as nothing reads it any more.
///
/// Unsafe because the kernels want pointers. Safe because all of them point into `memory`, which lives as long as
/// this object, and every row ends with the slack that the kernels may read.
final class NetworkMemory {
  /// A value's place: `origin` + channel · `stride` + position of the ring.
  struct Place {
    var origin: UnsafeMutablePointer<Float>
    var stride: Int
    var channels: Int
    /// Index among the rings, or −1 for rows of one sub-block.
    var ring: Int

    /// The place of some of its channels.
    func channels(_ range: Range<Int>) -> Place {
      Place(origin: origin + range.lowerBound * stride, stride: stride, channels: range.count, ring: ring)
    }
  }

  let places: [Place]
  /// The rings. Index −1 holds zeros for rows, so that no step has to ask which of the two it uses.
  let rings: UnsafeMutablePointer<cck_ring>
  /// For every ring, the place that it moves.
  let ringPlaces: [Place]
  /// For every ring, each channel's past after a reset.
  let settled: [UnsafeMutablePointer<Float>]
  private let memory: AlignedMemory

  /// Allocates what `layout` says.
  init(_ layout: NetworkLayout) {
    memory = AlignedMemory(count: layout.floats)
    let base = memory.base
    var places: [Place] = []
    var moving: [Place] = []
    var settled: [UnsafeMutablePointer<Float>] = []
    var rings = [cck_ring()]
    for slot in layout.slots {
      let place = Place(
        origin: base + slot.offset, stride: slot.stride, channels: slot.channels,
        ring: slot.history > 0 ? moving.count : -1)
      places.append(place)
      if slot.history > 0 {
        moving.append(place)
        settled.append(base + slot.settledOffset)
        rings.append(cck_ring(capacity: slot.capacity, history: slot.history, position: 0, read: 0, mirror: 0))
      }
    }
    self.places = places
    self.settled = settled
    ringPlaces = moving
    let pointer = UnsafeMutablePointer<cck_ring>.allocate(capacity: rings.count)
    pointer.initialize(from: rings, count: rings.count)
    self.rings = pointer + 1
  }

  deinit { (rings - 1).deallocate() }

  // MARK: - Running

  /// Sets where a sub-block of `frames` frames is written and read.
  @inline(__always) func begin(frames: Int) { cck_begin_rings(rings, ringPlaces.count, frames) }

  /// Advances every ring.
  @inline(__always) func advance(frames: Int) { cck_advance_rings(rings, ringPlaces.count, frames) }

  /// The address where the current sub-block of channel 0 is read.
  @inline(__always) func readBase(_ place: Place) -> UnsafeMutablePointer<Float> {
    place.origin + rings[place.ring].read
  }

  /// The address where the current sub-block of channel 0 is written.
  @inline(__always) func writeBase(_ place: Place) -> UnsafeMutablePointer<Float> {
    place.origin + rings[place.ring].position
  }

  /// Copies what was written at the ring's position to where its second copy belongs.
  @inline(__always) func mirror(_ place: Place, frames: Int) {
    guard place.ring >= 0 else { return }
    cck_mirror_rows(rings + place.ring, place.origin, place.stride, place.channels, frames)
  }

  // MARK: - The past

  /// Sets the constants that ring `index` has as its past.
  func fill(ring index: Int) {
    let place = ringPlaces[index]
    for channel in 0..<place.channels {
      (place.origin + channel * place.stride).update(
        repeating: settled[index][channel], count: 2 * rings[index].capacity)
    }
  }

  /// Makes every ring as new.
  func reset() {
    for index in ringPlaces.indices {
      rings[index].position = 0
      fill(ring: index)
    }
  }
}

/// Offsets of rings and rows in one piece of memory, known before anything is allocated.
struct NetworkLayout {
  struct Slot {
    var offset = 0
    var stride = 0
    var channels: Int
    var history = 0
    var capacity = 0
    var settledOffset = 0
  }

  /// For every value of the network.
  private(set) var slots: [Slot]
  /// Of rings and rows together, weights not counted.
  private(set) var floats = 0

  /// The same in bytes.
  var bytes: Int { floats * MemoryLayout<Float>.stride }

  /// - Parameter subBlock: The most frames that go through all layers at once.
  init(plan: NetworkPlan, subBlock: Int) {
    let network = plan.network
    let values = network.nodes.count + 1
    slots = (0..<values).map { Slot(channels: network.channels(of: Network.Value($0))) }
    let line = 16
    func roundUp(_ n: Int) -> Int { (n + line - 1) / line * line }

    // Rings: as long as their history asks for, and a multiple of the sub-block, so that a stream of whole sub-blocks
    // never straddles the end of a ring and the kernels write every second copy themselves.
    let unit = roundUp(subBlock)
    for value in 0..<values where plan.historyFrames[value] > 0 {
      slots[value].history = plan.historyFrames[value]
      slots[value].capacity = (plan.historyFrames[value] + subBlock + unit - 1) / unit * unit
      slots[value].stride = 2 * slots[value].capacity + Int(CCK_READ_SLACK)
      slots[value].offset = floats
      floats += slots[value].stride * slots[value].channels
      slots[value].settledOffset = floats
      floats += roundUp(slots[value].channels)
    }

    // Rows: a value reuses free ones, from when it is made until it is last read.
    var lastRead = [Int](repeating: -1, count: values)
    for (index, step) in plan.steps.enumerated() {
      for input in plan.inputs(of: step) { lastRead[input.index] = index }
    }
    lastRead[network.output.index] = plan.steps.count
    let stride = roundUp(subBlock) + Int(CCK_READ_SLACK)
    var free: [(offset: Int, channels: Int)] = []
    var size: [Int: Int] = [:]  // channels at an offset
    func take(_ value: Int, _ slots: inout [Slot], _ floats: inout Int) {
      guard plan.historyFrames[value] == 0 else { return }
      slots[value].stride = stride
      if let found = free.indices.filter({ free[$0].channels >= slots[value].channels })
        .min(by: { free[$0].channels < free[$1].channels })
      {
        slots[value].offset = free.remove(at: found).offset
      } else {
        slots[value].offset = floats
        size[floats] = slots[value].channels
        floats += stride * slots[value].channels
      }
    }
    take(0, &slots, &floats)
    for (index, step) in plan.steps.enumerated() {
      var ended = Set(plan.inputs(of: step).map(\.index))
      for output in plan.outputs(of: step) {
        take(output.index, &slots, &floats)
        ended.insert(output.index)  // a value that nobody reads
      }
      for (previous, total) in plan.totals(of: step) {
        slots[total.index].stride = stride
        slots[total.index].offset = slots[previous.index].offset
        ended.remove(previous.index)
        if lastRead[total.index] <= index { ended.insert(total.index) }
      }
      for value in ended where plan.historyFrames[value] == 0 && lastRead[value] <= index {
        free.append((slots[value].offset, size[slots[value].offset] ?? slots[value].channels))
      }
    }
  }
}
