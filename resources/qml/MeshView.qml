// The 3D viewer: a model within the unit sphere around the origin, a floor grid, and a camera that orbits. Python sets the
// properties; nothing is loaded from files here but a texture. The scene itself (MeshScene.qml) comes with `wake`, in a
// turn of the window's loop of its own: with everything in one turn the window would stand still for a quarter of a second.
import QtQuick

Item {
    id: view

    property var modelGeometry: null
    property var floorGeometry: null
    property url texture: ""
    property bool colored: false
    property bool solid: false
    property color floorColor: "#3a3d44"
    property color clay: "#d6cfc4"
    property bool wireframe: false
    property bool smoothEdges: true
    property bool floor: true
    property bool turning: false
    property real floorHeight: -1
    property int lighting: 0
    property real yaw: 30
    property real pitch: -18
    property real distance: 3.2
    property vector3d target: Qt.vector3d(0, 0, 0)

    readonly property bool isUpright: width < height
    readonly property var moods: [
        { key: 1.5, fill: 0.4, rim: 0.9, sky: 0.3, turn: -35 },
        { key: 2.6, fill: 0.06, rim: 0.35, sky: 0.12, turn: -75 },
        { key: 0.3, fill: 0.25, rim: 2.6, sky: 0.3, turn: 150 }
    ]
    readonly property var mood: moods[lighting % moods.length]

    signal touched()

    function wake() {
        scene.setSource("MeshScene.qml", { view: view })
    }
    function reset() {
        yaw = 30; pitch = -18; distance = 3.2; target = Qt.vector3d(0, 0, 0)
    }
    function orbit(dx, dy) {
        yaw = yaw - dx
        pitch = Math.max(-89, Math.min(89, pitch - dy))
        touched()
    }
    function dolly(steps) {
        distance = Math.max(0.3, Math.min(20, distance * Math.pow(0.88, steps)))
        touched()
    }
    function pan(dx, dy) {
        const camera = scene.item ? scene.item.camera : null
        if (!camera)
            return
        const scale = distance * 2 * Math.tan(camera.fieldOfView * Math.PI / 360) / Math.max(1, Math.min(width, height))
        target = target.plus(camera.right.times(-dx * scale)).plus(camera.up.times(dy * scale))
        touched()
    }

    focus: true
    Loader {
        id: scene
        anchors.fill: parent
    }

    FrameAnimation {
        running: view.turning && view.visible
        onTriggered: view.yaw = (view.yaw + 24 * Math.min(frameTime, 0.1)) % 360
    }
}
