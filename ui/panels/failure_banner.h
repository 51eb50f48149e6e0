// Says why a run did not come about, and what to do; the last good run stays beneath it.
#pragma once

#include <QFrame>

class QLabel;

namespace diffuscope::ui {

class SessionDocument;
struct Failure;

/// Hidden while all is well. It can be dismissed, and comes back with the next failure.
class FailureBanner : public QFrame
{
    Q_OBJECT

public:
    /// The document must outlive the banner.
    explicit FailureBanner(SessionDocument& document, QWidget* parent = nullptr);

    /// Shows something else that went wrong, e.g. with a file; the next run that goes well hides it.
    void report(const Failure& failure);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    SessionDocument& m_document;
    QLabel* m_message = nullptr;
    QLabel* m_hint = nullptr;
};

}  // namespace diffuscope::ui
