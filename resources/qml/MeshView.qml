// The 3D viewer's scene: a model within the unit sphere around the origin, four lights (as many as Qt takes), a floor grid,
// and a camera that orbits. Python sets the properties; nothing is loaded from files here but a texture.
import QtQuick
import QtQuick3D
import QtQuick3D.Helpers

View3D {
    id: view

    property var modelGeometry: null
    property var floorGeometry: null
    property url texture: ""
    property bool colored: false
    property color floorColor: "#3a3d44"
    property color clay: "#d6cfc4"
    property bool wireframe: false
    property bool floor: true
    property bool turning: false
    property real floorHeight: -1
    property int lighting: 0
    property real yaw: 30
    property real pitch: -18
    property real distance: 3.2
    property vector3d target: Qt.vector3d(0, 0, 0)

    readonly property var moods: [
        { key: 1.5, fill: 0.4, rim: 0.9, sky: 0.3, turn: -35 },
        { key: 2.6, fill: 0.06, rim: 0.35, sky: 0.12, turn: -75 },
        { key: 0.3, fill: 0.25, rim: 2.6, sky: 0.3, turn: 150 }
    ]
    readonly property var mood: moods[lighting % moods.length]

    signal touched()

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
        const scale = distance * 2 * Math.tan(camera.fieldOfView * Math.PI / 360) / Math.max(1, height)
        target = target.plus(camera.right.times(-dx * scale)).plus(camera.up.times(dy * scale))
        touched()
    }

    focus: true
    camera: camera
    environment: SceneEnvironment {
        backgroundMode: SceneEnvironment.Transparent
        antialiasingMode: SceneEnvironment.MSAA
        antialiasingQuality: SceneEnvironment.High
        tonemapMode: SceneEnvironment.TonemapModeFilmic
        debugSettings: DebugSettings { wireframeEnabled: view.wireframe }
    }

    Node {
        position: view.target
        eulerRotation: Qt.vector3d(view.pitch, view.yaw, 0)
        PerspectiveCamera {
            id: camera
            z: view.distance
            clipNear: 0.01
            clipFar: 100
            fieldOfView: 40
        }
        // The lights go with the camera, so that what is looked at is lit.
        DirectionalLight { eulerRotation: Qt.vector3d(-38, view.mood.turn, 0); brightness: view.mood.key; color: "#fff6ea" }
        DirectionalLight { eulerRotation: Qt.vector3d(-8, 55, 0); brightness: view.mood.fill; color: "#dfe8ff" }
        DirectionalLight { eulerRotation: Qt.vector3d(-25, 170, 0); brightness: view.mood.rim; color: "#e9efff" }
    }
    // Sky and ground stay where they are. An image of a sky would light more softly, but Qt filters it when it is first
    // shown, which freezes the window for half a minute where graphics are drawn in software.
    DirectionalLight {
        eulerRotation.x: -90
        brightness: view.mood.sky
        color: "#eef3ff"
        ambientColor: Qt.rgba(0.30, 0.31, 0.33, 1)
    }

    Model {
        visible: view.modelGeometry !== null
        geometry: view.modelGeometry
        materials: PrincipledMaterial {
            baseColor: view.colored || view.texture != "" ? "white" : view.clay
            baseColorMap: view.texture != "" ? picture : null
            vertexColorsEnabled: view.colored
            roughness: 0.62
            metalness: 0
            specularAmount: 0.5
            cullMode: Material.NoCulling
        }
    }
    Texture { id: picture; source: view.texture; flipV: false; generateMipmaps: true; mipFilter: Texture.Linear }

    Model {
        visible: view.floor && view.floorGeometry !== null
        geometry: view.floorGeometry
        y: view.floorHeight
        materials: PrincipledMaterial {
            lighting: PrincipledMaterial.NoLighting
            baseColor: view.floorColor
            vertexColorsEnabled: true
            alphaMode: PrincipledMaterial.Blend
            depthDrawMode: Material.NeverDepthDraw
        }
        castsShadows: false
    }

    FrameAnimation {
        running: view.turning && view.visible
        onTriggered: view.yaw = (view.yaw + 24 * Math.min(frameTime, 0.1)) % 360
    }

    MouseArea {
        anchors.fill: parent
        acceptedButtons: Qt.LeftButton | Qt.MiddleButton | Qt.RightButton
        property point last
        onPressed: mouse => { last = Qt.point(mouse.x, mouse.y); cursorShape = Qt.ClosedHandCursor }
        onReleased: cursorShape = Qt.ArrowCursor
        onDoubleClicked: view.reset()
        onPositionChanged: mouse => {
            const dx = mouse.x - last.x, dy = mouse.y - last.y
            last = Qt.point(mouse.x, mouse.y)
            if (mouse.buttons & Qt.LeftButton && !(mouse.modifiers & Qt.ShiftModifier))
                view.orbit(dx * 0.4, dy * 0.4)
            else
                view.pan(dx, dy)
        }
        onWheel: wheel => view.dolly(wheel.angleDelta.y / 120)
    }
}
