// The 3D viewer's scene: the model, four lights (as many as Qt takes), the floor and the camera, by what `view` says.
import QtQuick
import QtQuick3D
import QtQuick3D.Helpers

View3D {
    required property var view

    camera: camera
    environment: SceneEnvironment {
        backgroundMode: SceneEnvironment.Transparent
        antialiasingMode: view.smoothEdges ? SceneEnvironment.MSAA : SceneEnvironment.NoAA
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
            fieldOfViewOrientation: view.isUpright ? PerspectiveCamera.Horizontal : PerspectiveCamera.Vertical
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
        visible: Boolean(view.modelGeometry)
        geometry: view.modelGeometry || null
        materials: PrincipledMaterial {
            baseColor: view.colored || view.texture != "" ? "white" : view.clay
            baseColorMap: view.texture != "" ? picture : null
            vertexColorsEnabled: view.colored
            roughness: 0.62
            metalness: 0
            specularAmount: 0.5
            // Half the work where nothing is ever seen from behind.
            cullMode: view.solid ? Material.BackFaceCulling : Material.NoCulling
        }
    }
    Texture { id: picture; source: view.texture; flipV: false; generateMipmaps: true; mipFilter: Texture.Linear }

    Model {
        visible: view.floor && Boolean(view.floorGeometry)
        geometry: view.floorGeometry || null
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
}
