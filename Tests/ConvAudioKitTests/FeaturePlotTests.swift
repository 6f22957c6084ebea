import ArrayFiles
import ConvAudioKit
import Testing

@Suite("Pictures of features")
struct FeaturePlotTests {
  private func picture(_ rows: [[Float]]) -> PNGImage {
    let plot = FeaturePlot(columns: rows[0].count)
    for row in rows { row.withUnsafeBufferPointer { plot.add($0) } }
    return plot.image()
  }

  private func pixel(_ image: PNGImage, _ x: Int, _ y: Int) -> [UInt8] {
    Array(image.pixels[3 * (y * image.width + x)..<3 * (y * image.width + x) + 3])
  }

  @Test("time goes to the right, the first column is at the bottom, the largest value is yellow")
  func orientation() {
    let image = picture([[1, 0, 0], [0, 0, 0], [0, 0, .nan], [0, 0, 0.5]])
    #expect(image.width % 4 == 0 && image.height % 3 == 0)
    let (bottom, right) = (image.height - 1, image.width - 1)
    #expect(pixel(image, 0, bottom) == [253, 231, 37])
    #expect(pixel(image, 0, 0) == [68, 1, 84])
    #expect(pixel(image, right, bottom) == [68, 1, 84])
    #expect(pixel(image, right, 0) == [33, 144, 141])
    #expect(pixel(image, image.width / 2, 0) == [128, 128, 128])
  }

  @Test("any number of rows gives a picture of bounded size, whose pixels are means")
  func long() {
    let image = picture((0..<10_000).map { [Float($0)] })
    #expect((1024...2048).contains(image.width))
    #expect(pixel(image, 0, 0) == [68, 1, 84])
    #expect(pixel(image, image.width - 1, 0) == [253, 231, 37])
    let tall = picture([[Float](repeating: 0, count: 5000), [Float](repeating: 1, count: 5000)])
    #expect(tall.height <= 1024)
    #expect(picture([[.nan, .infinity]]).pixels.allSatisfy { $0 == 128 })
  }
}
